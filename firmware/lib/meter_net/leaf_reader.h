// Flattens JSON into leaves: a path relative to the document ("-Nx1/sequence") and a scalar.
// Keys of a multi-path update already contain '/', so a put and a patch read alike.
#pragma once

#include <string_view>

#include "json_reader.h"
#include "sha256.h"

namespace meter {

struct Leaf {
  enum class Kind { null, boolean_true, boolean_false, number, string };

  std::string_view path;  // no leading or trailing '/'
  Kind kind = Kind::null;
  std::string_view text;  // digits or characters, at most 160 bytes
  bool whole = true;      // false when path or text was cut

  // Each takes a whole value of its kind; false on any other.
  bool read(uint64_t& number) const;
  bool read(Digest& hexadecimal) const;
  bool read(Text& characters) const;
};

class ILeafListener {
 public:
  virtual void on_leaf(const Leaf& leaf) = 0;

 protected:
  ~ILeafListener() = default;
};

class LeafReader final : public IJsonHandler {
 public:
  explicit LeafReader(ILeafListener& listener);

  // `base` is where the document hangs: "" or "/" for the top.
  void begin(std::string_view base);

  void on_begin(bool array) override;
  void on_end() override;
  void on_key(std::string_view key, bool whole) override;
  void on_string(std::string_view piece, bool last) override;
  void on_number(std::string_view text) override;
  void on_literal(JsonLiteral literal) override;

 private:
  void append_segment(std::string_view segment);
  void emit(Leaf::Kind kind, std::string_view text, bool whole);

  static constexpr size_t kMaxPath = 192;

  ILeafListener& listener_;
  FixedText<kMaxPath> path_;
  FixedText<160> string_;
  uint16_t length_at_[JsonReader::kMaxDepth + 1] = {};  // of the path when a level was opened
  bool cut_at_[JsonReader::kMaxDepth + 1] = {};
  int depth_ = 0;
  bool cut_ = false;
};

}  // namespace meter
