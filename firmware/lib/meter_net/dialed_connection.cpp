#include "dialed_connection.h"

namespace meter {

void DialedConnection::open(const Endpoint& endpoint) {
  close();
  if (!taken_back()) {
    next_endpoint_ = endpoint;
    next_wanted_ = true;
    return;
  }
  endpoint_ = endpoint;
  line_.store(Line::wanted, std::memory_order_release);
}

// True when the dial task has no part in the link: nothing was wanted, or it has come back.
bool DialedConnection::taken_back() {
  const Line line = line_.load(std::memory_order_acquire);
  return line == Line::idle || line == Line::closed;
}

LinkState DialedConnection::state() {
  if (next_wanted_ && taken_back()) {
    next_wanted_ = false;
    endpoint_ = next_endpoint_;
    line_.store(Line::wanted, std::memory_order_release);
  }
  if (next_wanted_) return LinkState::opening;
  switch (line_.load(std::memory_order_acquire)) {
    case Line::wanted:
    case Line::dialing:
      return LinkState::opening;
    case Line::open:
      return link_.connected() ? LinkState::open : LinkState::closed;
    case Line::idle:
    case Line::given_up:
    case Line::closed:
      break;
  }
  return LinkState::closed;
}

bool DialedConnection::write(const std::string_view* parts, size_t count) {
  if (line_.load(std::memory_order_acquire) != Line::open) return false;
  for (size_t i = 0; i < count; ++i) {
    if (parts[i].empty() || link_.write(parts[i])) continue;
    close();
    return false;
  }
  return true;
}

size_t DialedConnection::read(char* data, size_t capacity) {
  if (line_.load(std::memory_order_acquire) != Line::open) return 0;
  return link_.read(data, capacity);
}

void DialedConnection::close() {
  next_wanted_ = false;
  Line line = Line::wanted;
  if (line_.compare_exchange_strong(line, Line::idle, std::memory_order_acq_rel)) return;
  line = Line::dialing;
  if (line_.compare_exchange_strong(line, Line::given_up, std::memory_order_acq_rel)) return;
  if (line != Line::open) return;
  link_.hang_up();
  line_.store(Line::idle, std::memory_order_release);
}

void DialedConnection::serve() {
  Line line = Line::wanted;
  if (!line_.compare_exchange_strong(line, Line::dialing, std::memory_order_acq_rel)) return;
  const bool connected = link_.connect(endpoint_);
  if (!connected) link_.hang_up();
  line = Line::dialing;
  const Line outcome = connected ? Line::open : Line::closed;
  if (line_.compare_exchange_strong(line, outcome, std::memory_order_acq_rel)) return;
  if (connected) link_.hang_up();  // given up meanwhile
  line_.store(Line::closed, std::memory_order_release);
}

}  // namespace meter
