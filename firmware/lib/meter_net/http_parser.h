// HTTP/1.1 response parser, fed any slices of the byte stream.
//
// Understands Content-Length, chunked bodies with trailers, bodies that end with the connection,
// 1xx interim answers, 204/304 without a body, keep-alive and Location.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "progress.h"
#include "text.h"

namespace meter {

class IBodySink {
 public:
  virtual void on_body(std::string_view slice) = 0;

 protected:
  ~IBodySink() = default;
};

class HttpParser {
 public:
  HttpParser();

  static constexpr size_t kMaxHeadBytes = 16384;
  static constexpr size_t kMaxLocation = 1792;
  using Location = FixedText<kMaxLocation>;

  // The value of a Location header is written to `location`, only for 301, 302, 307 and 308.
  void reset(Location* location);

  // Uses bytes up to the end of this response; `used` tells how many. Bytes after `done` stay
  // unused.
  Progress feed(std::string_view bytes, IBodySink& sink, size_t& used);

  // The connection ended: completes a body without a length, otherwise an error.
  Progress end_of_stream();

  int status() const { return status_; }
  bool keep_alive() const { return keep_alive_; }
  bool head_complete() const { return state_ >= State::body_length; }
  bool redirect() const;

 private:
  enum class State {
    status_line,
    header_line,
    body_length,
    body_until_end,
    chunk_size,
    chunk_data,
    chunk_end,
    trailer_line,
    done,
    error,
  };

  void take_head_byte(char c);
  void end_of_status_line();
  void end_of_header_line();
  void end_of_head();
  void take_chunk_size(char c);
  size_t take_body(std::string_view bytes, IBodySink& sink, uint64_t limit);
  void fail() { state_ = State::error; }
  Progress progress() const;

  State state_ = State::status_line;
  Location* location_ = nullptr;
  FixedText<96> line_;  // a status line or a header line; the rest of a long one is not needed
  bool in_location_ = false;  // the value runs into location_ instead
  size_t head_bytes_ = 0;
  int status_ = 0;
  bool http_1_0_ = false;
  bool keep_alive_ = true;
  bool chunked_ = false;
  bool has_length_ = false;
  uint64_t left_ = 0;  // of the body or of the chunk
  bool chunk_digits_ = false;
  bool chunk_extension_ = false;
  bool trailer_empty_ = true;
};

}  // namespace meter
