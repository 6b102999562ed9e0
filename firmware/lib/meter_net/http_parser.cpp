#include "http_parser.h"

namespace meter {
namespace {

constexpr uint64_t kMaxLength = uint64_t{1} << 40;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_ignoring_case(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

bool contains_ignoring_case(std::string_view text, std::string_view word) {
  for (; text.size() >= word.size(); text.remove_prefix(1)) {
    if (same_ignoring_case(first(text, word.size()), word)) return true;
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

}  // namespace

HttpParser::HttpParser() = default;

void HttpParser::reset(Location* location) {
  *this = HttpParser{};
  location_ = location;
}

bool HttpParser::redirect() const {
  return status_ == 301 || status_ == 302 || status_ == 307 || status_ == 308;
}

Progress HttpParser::feed(std::string_view bytes, IBodySink& sink, size_t& used) {
  used = 0;
  while (used < bytes.size() && state_ != State::done && state_ != State::error) {
    const std::string_view rest(bytes.data() + used, bytes.size() - used);
    switch (state_) {
      case State::body_length:
        used += take_body(rest, sink, left_);
        if (left_ == 0) state_ = State::done;
        break;
      case State::body_until_end:
        used += take_body(rest, sink, rest.size());
        break;
      case State::chunk_data:
        used += take_body(rest, sink, left_);
        if (left_ == 0) state_ = State::chunk_end;
        break;
      case State::chunk_size:
        take_chunk_size(rest[0]);
        ++used;
        break;
      case State::chunk_end:
        if (rest[0] == '\n') {
          state_ = State::chunk_size;
        } else if (rest[0] != '\r') {
          fail();
        }
        ++used;
        break;
      default:
        take_head_byte(rest[0]);
        ++used;
        break;
    }
  }
  return progress();
}

Progress HttpParser::end_of_stream() {
  if (state_ == State::body_until_end) {
    state_ = State::done;
  } else if (state_ != State::done) {
    fail();
  }
  return progress();
}

void HttpParser::take_head_byte(char c) {
  if (++head_bytes_ > kMaxHeadBytes) return fail();
  if (c == '\n') {
    if (state_ == State::status_line) return end_of_status_line();
    if (state_ == State::header_line) return end_of_header_line();
    if (trailer_empty_) state_ = State::done;
    trailer_empty_ = true;
    return;
  }
  if (c == '\r') return;
  if (state_ == State::trailer_line) {
    trailer_empty_ = false;
    return;
  }
  if (in_location_) {
    if (!location_->empty() || (c != ' ' && c != '\t')) location_->append(c);
    return;
  }
  line_.append(c);
  if (c == ':' && state_ == State::header_line && location_ != nullptr && redirect() &&
      same_ignoring_case(line_.view(), "location:")) {
    in_location_ = true;
    location_->clear();
  }
}

void HttpParser::end_of_status_line() {
  std::string_view rest = line_.view();
  if (!take_prefix(rest, "HTTP/1.")) return fail();
  const std::string_view minor = take_until(rest, ' ');
  const std::string_view code = take_until(rest, ' ');
  uint64_t status = 0;
  if (minor.size() != 1 || code.size() != 3 || !parse_decimal(code, status)) return fail();
  if (status < 100 || status > 599) return fail();
  status_ = static_cast<int>(status);
  http_1_0_ = minor[0] == '0';
  keep_alive_ = !http_1_0_;
  line_.clear();
  state_ = State::header_line;
}

void HttpParser::end_of_header_line() {
  if (in_location_) {
    in_location_ = false;
    line_.clear();
    if (!location_->whole()) fail();
    return;
  }
  const std::string_view line = line_.view();
  if (line.empty()) return end_of_head();
  std::string_view value = line;
  const std::string_view name = take_until(value, ':');
  if (name.empty() || name.size() == line.size()) {
    if (line_.whole()) return fail();
    line_.clear();
    return;
  }
  value = trimmed(value);
  if (same_ignoring_case(name, "content-length")) {
    uint64_t length = 0;
    if (!parse_decimal(value, length) || length > kMaxLength) return fail();
    if (has_length_ && length != left_) return fail();
    has_length_ = true;
    left_ = length;
  } else if (same_ignoring_case(name, "transfer-encoding")) {
    if (!same_ignoring_case(value, "chunked")) return fail();
    chunked_ = true;
  } else if (same_ignoring_case(name, "connection")) {
    if (contains_ignoring_case(value, "close")) keep_alive_ = false;
    if (http_1_0_ && contains_ignoring_case(value, "keep-alive")) keep_alive_ = true;
  }
  line_.clear();
}

void HttpParser::end_of_head() {
  line_.clear();
  if (status_ < 200) {
    Location* location = location_;
    const size_t head_bytes = head_bytes_;
    reset(location);
    head_bytes_ = head_bytes;
    return;
  }
  if (status_ == 204 || status_ == 304) {
    state_ = State::done;
  } else if (chunked_) {
    if (has_length_) keep_alive_ = false;
    left_ = 0;
    state_ = State::chunk_size;
  } else if (has_length_) {
    state_ = left_ == 0 ? State::done : State::body_length;
  } else {
    keep_alive_ = false;
    state_ = State::body_until_end;
  }
}

void HttpParser::take_chunk_size(char c) {
  if (c == '\n') {
    if (!chunk_digits_) return fail();
    state_ = left_ == 0 ? State::trailer_line : State::chunk_data;
    chunk_digits_ = false;
    chunk_extension_ = false;
    return;
  }
  if (c == '\r' || chunk_extension_) return;
  if ((c == ';' || c == ' ' || c == '\t') && chunk_digits_) {
    chunk_extension_ = true;
    return;
  }
  const int digit = hex_digit(c);
  if (digit < 0 || left_ > kMaxLength) return fail();
  left_ = left_ * 16 + static_cast<uint64_t>(digit);
  chunk_digits_ = true;
}

size_t HttpParser::take_body(std::string_view bytes, IBodySink& sink, uint64_t limit) {
  const size_t count = bytes.size() < limit ? bytes.size() : static_cast<size_t>(limit);
  if (count > 0) sink.on_body(first(bytes, count));
  if (state_ != State::body_until_end) left_ -= count;
  return count;
}

Progress HttpParser::progress() const {
  if (state_ == State::done) return Progress::done;
  return state_ == State::error ? Progress::error : Progress::awaiting;
}

}  // namespace meter
