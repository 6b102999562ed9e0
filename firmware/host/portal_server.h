// The portal on a port of this machine: one request a connection, one connection at a time.
#pragma once

#include <cstdint>
#include <string>

#include "portal.h"

namespace meter {

class PortalServer {
 public:
  explicit PortalServer(IClock& clock) : clock_(clock) {}
  ~PortalServer();
  PortalServer(const PortalServer&) = delete;
  PortalServer& operator=(const PortalServer&) = delete;

  // Listens on 127.0.0.1; 0 takes a free port. False when it cannot.
  bool begin(uint16_t port);
  const std::string& address() const { return address_; }
  void poll(Portal& portal);
  int descriptor() const { return client_ >= 0 ? client_ : listener_; }

 private:
  void drop();

  IClock& clock_;
  std::string address_;
  PortalRequest request_;
  uint64_t until_ms_ = 0;
  int listener_ = -1;
  int client_ = -1;
};

}  // namespace meter
