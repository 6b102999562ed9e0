// A byte stream to a host: TCP on the host build, TLS on the board.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text.h"

namespace meter {

struct Endpoint {
  FixedText<96> host;
  uint16_t port = 0;
  bool tls = false;
};

inline bool operator==(const Endpoint& left, const Endpoint& right) {
  return left.host.view() == right.host.view() && left.port == right.port && left.tls == right.tls;
}

enum class LinkState { closed, opening, open };

class IConnection {
 public:
  // Begins to connect; state() tells when it is open. Nagle's algorithm is off.
  virtual void open(const Endpoint& endpoint) = 0;
  virtual LinkState state() = 0;
  // Writes all parts in order, as one segment where the platform can. False closes the connection.
  virtual bool write(const std::string_view* parts, size_t count) = 0;
  // Bytes read without waiting, 0 when there are none now; state() turns closed at the end.
  virtual size_t read(char* data, size_t capacity) = 0;
  virtual void close() = 0;

 protected:
  ~IConnection() = default;
};

// "http://127.0.0.1:9000/base" -> endpoint and "/base". False unless http or https with a host.
bool parse_url(std::string_view url, Endpoint& endpoint, std::string_view& target);

}  // namespace meter
