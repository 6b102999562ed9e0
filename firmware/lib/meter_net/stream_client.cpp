#include "stream_client.h"

namespace meter {
namespace {

constexpr size_t kReadBytes = 512;
constexpr int kMaxReadsPerPoll = 64;

}  // namespace

void StreamClient::open(const Endpoint& endpoint) {
  endpoint_ = endpoint;
  redirects_ = 0;
  connect();
}

void StreamClient::connect() {
  connection_.close();
  connection_.open(endpoint_);
  parser_.reset(&text_.target);
  events_.reset();
  sent_ = false;
  state_ = State::opening;
  heard_at_ms_ = clock_.monotonic_ms();
  deadline_ms_ = heard_at_ms_ + limits_.connect_ms;
}

void StreamClient::close() {
  connection_.close();
  state_ = State::closed;
}

void StreamClient::poll() {
  if (state_ == State::closed) return;
  if (!sent_) {
    const LinkState link = connection_.state();
    if (link == LinkState::closed) return close();
    if (link == LinkState::open) send();
  }
  if (sent_ && state_ != State::closed) receive();
  if (state_ == State::opening && clock_.monotonic_ms() >= deadline_ms_) close();
}

void StreamClient::send() {
  RequestHead head;
  head.compose(Method::get, endpoint_, text_, "Accept: text/event-stream\r\n", false);
  sent_ = true;
  deadline_ms_ = clock_.monotonic_ms() + limits_.response_ms;
  if (!connection_.write(head.parts, head.count)) close();
}

void StreamClient::receive() {
  char bytes[kReadBytes];
  for (int i = 0; i < kMaxReadsPerPoll && state_ != State::closed; ++i) {
    const size_t count = connection_.read(bytes, sizeof bytes);
    if (count == 0) {
      if (connection_.state() == LinkState::closed) close();
      return;
    }
    heard_at_ms_ = clock_.monotonic_ms();
    size_t fed = 0;
    // The head alone first: nothing of a refusal's body may reach the event parser.
    while (fed < count && state_ != State::closed) {
      const bool streaming = state_ == State::streaming;
      const std::string_view slice(bytes + fed, streaming ? count - fed : 1);
      size_t used = 0;
      const Progress progress = parser_.feed(slice, events_, used);
      fed += used;
      if (state_ == State::closed) return;
      if (!streaming && parser_.head_complete()) {
        if (parser_.redirect()) return follow();
        if (parser_.status() != 200) return close();
        state_ = State::streaming;
      }
      if (progress != Progress::awaiting) return close();
    }
  }
}

void StreamClient::follow() {
  Endpoint next;
  std::string_view target;
  if (++redirects_ > Exchange::kMaxRedirects || !parse_url(text_.target.view(), next, target) ||
      (endpoint_.tls && !next.tls)) {
    return close();
  }
  const HttpParser::Location copy(target.empty() ? std::string_view{"/"} : target);
  text_.target = copy;
  endpoint_ = next;
  connect();
}

}  // namespace meter
