// IBlockingLink over the Arduino TLS client, with the SDK's set of root certificates, and the task
// that opens it. There is no way to switch verification off.
#pragma once

#include <NetworkClientSecure.h>

#include "dialed_connection.h"

class TlsLink final : public meter::IBlockingLink {
 public:
  bool connect(const meter::Endpoint& endpoint) override;
  bool connected() override;
  // Does not wait in practice: a request is smaller than the send buffer, which is empty because
  // the one before it was answered.
  bool write(std::string_view bytes) override;
  size_t read(char* data, size_t capacity) override;
  void hang_up() override;

 private:
  static constexpr int32_t kConnectMs = 10000;

  NetworkClientSecure client_;
};

// The connection the App sees: DNS, TCP and the handshake happen in a task of its own, while the
// loop goes on metering and switching.
class TlsConnection {
 public:
  void begin(const char* name);
  meter::IConnection& connection() { return dialed_; }

 private:
  static void run(void* self);

  TlsLink link_;
  meter::DialedConnection dialed_{link_};
};
