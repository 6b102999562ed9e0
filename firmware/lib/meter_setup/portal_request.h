// One HTTP/1.x request to the portal, fed any slices. Bounded: a request line of 160 bytes, a head
// of 4 KiB of which only Host and Content-Length count, a body of 600 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "progress.h"
#include "text.h"

namespace meter {

class PortalRequest {
 public:
  static constexpr size_t kMaxHead = 4096;
  static constexpr size_t kMaxBody = 600;

  void reset() { *this = PortalRequest{}; }
  // done: the whole request is there; error: status() says why. Bytes after it are left alone.
  Progress feed(std::string_view bytes);

  bool post() const { return post_; }
  std::string_view path() const { return path_.view(); }
  std::string_view host() const { return host_.view(); }
  std::string_view body() const { return body_.view(); }
  int status() const { return status_; }  // 200, or the status that refuses it

 private:
  enum class State { line, header, body, done, error };

  void take(char c);
  void end_of_line();
  void end_of_header();
  void end_of_head();
  void fail(int status);

  State state_ = State::line;
  FixedText<160> line_;
  FixedText<96> path_;
  FixedText<64> host_;
  FixedText<kMaxBody> body_;
  size_t head_bytes_ = 0;
  uint64_t body_left_ = 0;
  int status_ = 200;
  bool post_ = false;
  bool has_length_ = false;
};

}  // namespace meter
