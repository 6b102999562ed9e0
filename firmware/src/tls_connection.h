// IConnection over the Arduino TLS client, with the SDK's set of root certificates. There is no way
// to switch verification off.
#pragma once

#include <NetworkClientSecure.h>

#include "connection.h"

class TlsConnection final : public meter::IConnection {
 public:
  // Waits for DNS, TCP and the handshake, at most kConnectMs: the meter keeps counting in its ISR.
  void open(const meter::Endpoint& endpoint) override;
  meter::LinkState state() override;
  bool write(const std::string_view* parts, size_t count) override;
  size_t read(char* data, size_t capacity) override;
  void close() override;

 private:
  static constexpr int32_t kConnectMs = 10000;

  NetworkClientSecure client_;
};
