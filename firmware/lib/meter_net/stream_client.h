// The one long-lived connection: opens a Realtime Database stream and feeds its events on.
#pragma once

#include "connection.h"
#include "exchange.h"
#include "http_parser.h"
#include "ports.h"
#include "rtdb_stream.h"

namespace meter {

class StreamClient {
 public:
  StreamClient(IConnection& connection, IClock& clock, RequestText& text, const NetLimits& limits,
               IStreamListener& listener)
      : connection_(connection), clock_(clock), text_(text), limits_(limits), events_(listener) {}

  enum class State { closed, opening, streaming };

  // `text.target` holds the path; it is in use until state() leaves `opening`.
  void open(const Endpoint& endpoint);
  void close();

  // Reads what has come; state() tells the outcome. The listener may call close().
  void poll();

  State state() const { return state_; }
  int status() const { return parser_.status(); }
  uint64_t heard_at_ms() const { return heard_at_ms_; }

 private:
  void connect();
  void send();
  void receive();
  void follow();

  IConnection& connection_;
  IClock& clock_;
  RequestText& text_;
  const NetLimits& limits_;
  RtdbStream events_;
  HttpParser parser_;
  Endpoint endpoint_;
  State state_ = State::closed;
  bool sent_ = false;
  int redirects_ = 0;
  uint64_t deadline_ms_ = 0;
  uint64_t heard_at_ms_ = 0;
};

}  // namespace meter
