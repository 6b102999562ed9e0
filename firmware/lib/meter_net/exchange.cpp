#include "exchange.h"

namespace meter {
namespace {

constexpr size_t kReadBytes = 512;
constexpr int kMaxReadsPerPoll = 64;

const char* name_of(Method method) {
  constexpr const char* kNames[] = {"GET ", "PUT ", "PATCH ", "POST "};
  return kNames[static_cast<size_t>(method)];
}

}  // namespace

void RequestHead::add(std::string_view part) { parts[count++] = part; }

void RequestHead::add(const char* part) { add(std::string_view(part)); }

void RequestHead::add_target(Method method, const Endpoint& endpoint, const RequestText& text) {
  count = 0;
  add(name_of(method));
  add(text.target.view());
  add(" HTTP/1.1\r\nHost: ");
  add(endpoint.host.view());
  add("\r\n");
}

void RequestHead::compose(Method method, const Endpoint& endpoint, const RequestText& text,
                          const char* extra_headers, bool with_body) {
  add_target(method, endpoint, text);
  add(extra_headers);
  if (with_body) {
    length = Decimal::of(text.body.size());
    add("Content-Length: ");
    add(length.view());
    add("\r\n");
  }
  add("\r\n");
  if (with_body) add(text.body.view());
}

void RequestHead::compose_range(const Endpoint& endpoint, const RequestText& text,
                                const Range& range) {
  add_target(Method::get, endpoint, text);
  if (range.bytes > 0) {
    length = Decimal::of(range.from);
    last = Decimal::of(uint64_t{range.from} + range.bytes - 1);
    add("Range: bytes=");
    add(length.view());
    add("-");
    add(last.view());
    add("\r\n");
  }
  add("\r\n");
}

void Exchange::start(Method method, const Endpoint& endpoint, IJsonHandler& body, bool form) {
  form_ = form;
  body_ = &body;
  raw_ = nullptr;
  begin(method, endpoint);
}

void Exchange::download(const Endpoint& endpoint, const Range& range, IBodySink& body) {
  raw_ = &body;
  range_ = range;
  begin(Method::get, endpoint);
}

void Exchange::begin(Method method, const Endpoint& endpoint) {
  method_ = method;
  redirects_ = 0;
  reused_ = connection_.state() == LinkState::open && endpoint == endpoint_;
  endpoint_ = endpoint;
  if (reused_) {
    send();
  } else {
    connect();
  }
}

void Exchange::connect() {
  connection_.close();
  connection_.open(endpoint_);
  state_ = State::opening;
  deadline_ms_ = clock_.monotonic_ms() + limits_.connect_ms;
}

void Exchange::send() {
  parser_.reset(&text_.target);
  json_.reset();
  error_.begin();
  answered_ = false;
  body_whole_ = false;
  state_ = State::answering;
  deadline_ms_ = clock_.monotonic_ms() + limits_.response_ms;
  skip_ = range_.from;
  RequestHead head;
  if (raw_ != nullptr) {
    head.compose_range(endpoint_, text_, range_);
  } else {
    head.compose(method_, endpoint_, text_,
                 form_ ? "Content-Type: application/x-www-form-urlencoded\r\n"
                       : "Content-Type: application/json\r\n",
                 method_ != Method::get);
  }
  if (!connection_.write(head.parts, head.count)) connection_.close();
}

Progress Exchange::poll() {
  if (state_ == State::idle) return Progress::done;
  if (state_ == State::opening) {
    const LinkState link = connection_.state();
    if (link == LinkState::closed) return fail();
    if (link == LinkState::open) send();
  }
  if (state_ == State::answering) {
    const Progress progress = receive();
    if (progress != Progress::awaiting) return progress;
  }
  return clock_.monotonic_ms() >= deadline_ms_ ? fail() : Progress::awaiting;
}

Progress Exchange::receive() {
  char bytes[kReadBytes];
  for (int i = 0; i < kMaxReadsPerPoll; ++i) {
    const size_t count = connection_.read(bytes, sizeof bytes);
    Progress progress = Progress::awaiting;
    if (count > 0) {
      answered_ = true;
      size_t used = 0;
      progress = parser_.feed({bytes, count}, *this, used);
      if (progress == Progress::done && used != count) progress = Progress::error;
    } else if (connection_.state() == LinkState::closed) {
      if (reused_ && !answered_) {
        reused_ = false;
        connect();
        return Progress::awaiting;
      }
      progress = parser_.end_of_stream();
    } else {
      return Progress::awaiting;
    }
    if (progress == Progress::error) return fail();
    if (progress == Progress::done) return finish();
  }
  return Progress::awaiting;
}

Progress Exchange::finish() {
  if (!parser_.keep_alive()) connection_.close();
  if (parser_.redirect()) return follow();
  const bool empty = parser_.status() == 204 || parser_.status() == 304;
  body_whole_ = empty || raw_ != nullptr || json_.finish(answer_reader()) == Progress::done;
  state_ = State::idle;
  return Progress::done;
}

Progress Exchange::follow() {
  Endpoint next;
  std::string_view target;
  if (++redirects_ > kMaxRedirects || !parse_url(text_.target.view(), next, target)) return fail();
  if (endpoint_.tls && !next.tls) return fail();
  const HttpParser::Location copy(target.empty() ? std::string_view{"/"} : target);
  text_.target = copy;
  reused_ = connection_.state() == LinkState::open && next == endpoint_;
  endpoint_ = next;
  if (reused_) {
    send();
  } else {
    connect();
  }
  return Progress::awaiting;
}

Progress Exchange::fail() {
  close();
  return Progress::error;
}

void Exchange::close() {
  connection_.close();
  state_ = State::idle;
}

void Exchange::on_body(std::string_view slice) {
  if (raw_ != nullptr) return take_raw(slice);
  (void)json_.feed(slice, answer_reader());
}

void Exchange::take_raw(std::string_view slice) {
  if (parser_.status() < 200 || parser_.status() > 299) return;
  if (parser_.status() != 206) {
    const size_t skipped = slice.size() < skip_ ? slice.size() : skip_;
    slice.remove_prefix(skipped);
    skip_ -= static_cast<uint32_t>(skipped);
  }
  if (!slice.empty()) raw_->on_body(slice);
}

IJsonHandler& Exchange::answer_reader() {
  if (parser_.status() <= 299) return *body_;
  return error_;
}

void ErrorText::begin() {
  text_.clear();
  depth_ = 0;
  in_error_ = wanted_ = false;
}

void ErrorText::on_begin(bool) {
  ++depth_;
  wanted_ = false;
}

void ErrorText::on_end() {
  --depth_;
  wanted_ = false;
}

void ErrorText::on_key(std::string_view key, bool) {
  if (depth_ == 1) in_error_ = same(key, "error");
  wanted_ = in_error_ && (depth_ == 1 || (depth_ == 2 && same(key, "message")));
}

void ErrorText::on_string(std::string_view piece, bool) {
  if (wanted_) text_.append(piece);
}

}  // namespace meter
