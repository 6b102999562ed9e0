#include "portal_request.h"

namespace meter {
namespace {

bool named(std::string_view line, std::string_view name, std::string_view& value) {
  if (line.size() < name.size()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = line[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != name[i]) return false;
  }
  value = line;
  value.remove_prefix(name.size());
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  return true;
}

}  // namespace

Progress PortalRequest::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (state_ == State::done || state_ == State::error) break;
    take(c);
  }
  if (state_ == State::done) return Progress::done;
  return state_ == State::error ? Progress::error : Progress::awaiting;
}

void PortalRequest::take(char c) {
  if (state_ == State::body) {
    body_.append(c);
    if (--body_left_ == 0) state_ = State::done;
    return;
  }
  if (++head_bytes_ > kMaxHead) return fail(431);
  if (c == '\r') return;
  if (c != '\n') {
    line_.append(c);
    return;
  }
  if (state_ == State::line) {
    end_of_line();
  } else if (line_.empty()) {
    end_of_head();
  } else {
    end_of_header();
  }
  line_.clear();
}

// "GET /path HTTP/1.1"; the query is left out.
void PortalRequest::end_of_line() {
  std::string_view target = line_.view();
  if (!line_.whole()) return fail(414);
  const std::string_view method = take_until(target, ' ');
  const size_t space = target.rfind(' ');
  if (space == std::string_view::npos) return fail(400);
  std::string_view version = target;
  version.remove_prefix(space + 1);
  if (!take_prefix(version, "HTTP/1.")) return fail(400);
  if (!same(method, "GET") && !same(method, "POST") && !same(method, "HEAD")) return fail(405);
  post_ = same(method, "POST");
  target = first(target, space);
  target = first(target, target.find('?'));
  if (target.empty() || target.front() != '/' || !path_.assign(target)) return fail(400);
  state_ = State::header;
}

void PortalRequest::end_of_header() {
  std::string_view value;
  if (named(line_.view(), "host:", value)) {
    if (!line_.whole() || !host_.assign(value)) return fail(400);
  } else if (named(line_.view(), "content-length:", value)) {
    if (has_length_ || !parse_decimal(value, body_left_)) return fail(400);
    has_length_ = true;
    if (body_left_ > kMaxBody) return fail(413);
  } else if (named(line_.view(), "transfer-encoding:", value)) {
    fail(411);
  }
}

void PortalRequest::end_of_head() {
  if (post_ && !has_length_) return fail(411);
  state_ = body_left_ == 0 ? State::done : State::body;
}

void PortalRequest::fail(int status) {
  status_ = status;
  state_ = State::error;
}

}  // namespace meter
