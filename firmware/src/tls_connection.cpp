#include "tls_connection.h"

// The Mozilla set that the SDK is built with.
extern const uint8_t root_bundle_start[] asm("_binary_x509_crt_bundle_start");
extern const uint8_t root_bundle_end[] asm("_binary_x509_crt_bundle_end");

void TlsConnection::open(const meter::Endpoint& endpoint) {
  client_.stop();
  if (!endpoint.tls) return;
  client_.setCACertBundle(root_bundle_start,
                          static_cast<size_t>(root_bundle_end - root_bundle_start));
  client_.setHandshakeTimeout(kConnectMs / 1000);
  if (client_.connect(endpoint.host.c_str(), endpoint.port, kConnectMs) == 0) return;
  client_.setNoDelay(true);
}

meter::LinkState TlsConnection::state() {
  return client_.connected() != 0 || client_.available() > 0 ? meter::LinkState::open
                                                             : meter::LinkState::closed;
}

bool TlsConnection::write(const std::string_view* parts, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(parts[i].data());
    size_t sent = 0;
    while (sent < parts[i].size()) {
      const size_t now = client_.write(bytes + sent, parts[i].size() - sent);
      if (now == 0) {
        client_.stop();
        return false;
      }
      sent += now;
    }
  }
  return true;
}

size_t TlsConnection::read(char* data, size_t capacity) {
  if (client_.available() <= 0) return 0;
  const int count = client_.read(reinterpret_cast<uint8_t*>(data), capacity);
  return count > 0 ? static_cast<size_t>(count) : 0;
}

void TlsConnection::close() { client_.stop(); }
