// IConnection over a non-blocking TCP socket. Plain text only: the board does TLS, the emulators
// none.
#pragma once

#include <netinet/in.h>

#include "connection.h"

namespace meter {

class PosixConnection final : public IConnection {
 public:
  PosixConnection() = default;
  ~PosixConnection() { close(); }
  PosixConnection(const PosixConnection&) = delete;
  PosixConnection& operator=(const PosixConnection&) = delete;

  void open(const Endpoint& endpoint) override;
  LinkState state() override;
  bool write(const std::string_view* parts, size_t count) override;
  size_t read(char* data, size_t capacity) override;
  void close() override;

  int descriptor() const { return socket_; }
  bool opening() const { return state_ == LinkState::opening; }

 private:
  void resolve(const Endpoint& endpoint, sockaddr_storage& address, socklen_t& size) const;

  int socket_ = -1;
  LinkState state_ = LinkState::closed;
};

}  // namespace meter
