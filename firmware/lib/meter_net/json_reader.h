// Strict JSON (RFC 8259), fed any slices, told as a sequence of tokens; nothing is stored but the
// token at hand, so a document of any length is read in constant memory.
//
// Bounds: nesting 20, keys 192 bytes (longer ones arrive cut, `whole` false), numbers 40
// characters. Strings arrive in pieces of at most 64 bytes whose borders do not depend on how bytes
// were fed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "progress.h"
#include "text.h"

namespace meter {

enum class JsonLiteral { null, boolean_true, boolean_false };

class IJsonHandler {
 public:
  virtual void on_begin(bool array) = 0;
  virtual void on_end() = 0;
  virtual void on_key(std::string_view key, bool whole) = 0;
  virtual void on_string(std::string_view piece, bool last) = 0;
  virtual void on_number(std::string_view text) = 0;
  virtual void on_literal(JsonLiteral literal) = 0;

 protected:
  ~IJsonHandler() = default;
};

class JsonReader {
 public:
  static constexpr int kMaxDepth = 20;
  static constexpr size_t kMaxKey = 192;
  static constexpr size_t kMaxNumber = 40;
  static constexpr size_t kPiece = 64;

  JsonReader();

  void reset();
  Progress feed(std::string_view bytes, IJsonHandler& handler);
  // The document ended; only a bare number still needs this to be complete.
  Progress finish(IJsonHandler& handler);

 private:
  enum class State {
    value,
    first_item,  // a value or ']'
    first_key,   // a key or '}'
    key,
    colon,
    after_value,
    string,
    escape,
    unicode,
    number,
    word,
    done,
    error,
  };

  void take(char c, IJsonHandler& handler);
  void begin_value(char c, IJsonHandler& handler);
  void open(bool array, IJsonHandler& handler);
  void close(bool array, IJsonHandler& handler);
  void after_value(char c, IJsonHandler& handler);
  void take_string(char c, IJsonHandler& handler);
  void take_escape(char c, IJsonHandler& handler);
  void take_unicode(char c, IJsonHandler& handler);
  void put(char c, IJsonHandler& handler);
  void put_code_point(uint32_t code, IJsonHandler& handler);
  bool utf8_allows(uint8_t byte);
  void end_string(IJsonHandler& handler);
  bool take_number(char c);
  bool number_complete() const;
  void end_number(IJsonHandler& handler);
  void take_word(char c, IJsonHandler& handler);
  void value_ended();
  void fail() { state_ = State::error; }

  State state_ = State::value;
  uint32_t arrays_ = 0;  // bit per open level: 1 = array
  int depth_ = 0;
  bool in_key_ = false;
  FixedText<kMaxKey> text_;  // key, string piece, number or literal at hand
  uint32_t code_ = 0;        // of \uXXXX
  int hex_left_ = 0;
  uint32_t high_surrogate_ = 0;
  uint8_t utf8_left_ = 0;
  uint8_t utf8_low_ = 0x80;
  uint8_t utf8_high_ = 0xbf;
  uint8_t number_state_ = 0;
};

}  // namespace meter
