#include "exchange.h"

namespace meter {
namespace {

constexpr size_t kReadBytes = 512;
constexpr int kMaxReadsPerPoll = 64;

std::string_view name_of(Method method) {
  switch (method) {
    case Method::get:
      return "GET ";
    case Method::put:
      return "PUT ";
    case Method::patch:
      return "PATCH ";
    case Method::post:
      return "POST ";
  }
  return "GET ";
}

}  // namespace

void RequestHead::compose(Method method, const Endpoint& endpoint, const RequestText& text,
                          std::string_view extra_headers, bool with_body) {
  count = 0;
  parts[count++] = name_of(method);
  parts[count++] = text.target.view();
  parts[count++] = " HTTP/1.1\r\nHost: ";
  parts[count++] = endpoint.host.view();
  parts[count++] = "\r\n";
  parts[count++] = extra_headers;
  if (with_body) {
    length = Decimal::of(text.body.size());
    parts[count++] = "Content-Length: ";
    parts[count++] = length.view();
    parts[count++] = "\r\n";
  }
  parts[count++] = "\r\n";
  if (with_body) parts[count++] = text.body.view();
}

void Exchange::start(Method method, const Endpoint& endpoint, IJsonHandler& body, bool form) {
  method_ = method;
  form_ = form;
  body_ = &body;
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
  error_leaves_.begin("");
  error_.clear();
  answered_ = false;
  body_whole_ = false;
  state_ = State::answering;
  deadline_ms_ = clock_.monotonic_ms() + limits_.response_ms;
  RequestHead head;
  head.compose(method_, endpoint_, text_,
               form_ ? "Content-Type: application/x-www-form-urlencoded\r\n"
                     : "Content-Type: application/json\r\n",
               method_ != Method::get);
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
  body_whole_ = empty || json_.finish(answer_reader()) == Progress::done;
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

void Exchange::on_body(std::string_view slice) { (void)json_.feed(slice, answer_reader()); }

IJsonHandler& Exchange::answer_reader() {
  if (parser_.status() <= 299) return *body_;
  return error_leaves_;
}

// {"error":"Permission denied"} of the database, {"error":{"message":"INVALID_PASSWORD"}} of
// sign-in.
void Exchange::on_leaf(const Leaf& leaf) {
  if (leaf.kind != Leaf::Kind::string) return;
  if (leaf.path == "error" || leaf.path == "error/message") error_.assign(leaf.text);
}

}  // namespace meter
