#include "tls_link.h"

#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

// The Mozilla set that the SDK is built with.
extern const uint8_t root_bundle_start[] asm("_binary_x509_crt_bundle_start");
extern const uint8_t root_bundle_end[] asm("_binary_x509_crt_bundle_end");

namespace {

constexpr uint32_t kStackBytes = 8192;  // of a handshake
constexpr UBaseType_t kPriority = 1;    // as the loop: on one core they share it by time slices
constexpr TickType_t kLookEvery = pdMS_TO_TICKS(20);

}  // namespace

bool TlsLink::connect(const meter::Endpoint& endpoint) {
  client_.stop();
  if (!endpoint.tls) return false;
  client_.setCACertBundle(root_bundle_start,
                          static_cast<size_t>(root_bundle_end - root_bundle_start));
  client_.setHandshakeTimeout(kConnectMs / 1000);
  if (client_.connect(endpoint.host.c_str(), endpoint.port, kConnectMs) == 0) return false;
  client_.setNoDelay(true);
  return true;
}

bool TlsLink::connected() { return client_.connected() != 0 || client_.available() > 0; }

bool TlsLink::write(std::string_view bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t sent = 0;
  while (sent < bytes.size()) {
    const size_t now = client_.write(data + sent, bytes.size() - sent);
    if (now == 0) return false;
    sent += now;
  }
  return true;
}

size_t TlsLink::read(char* data, size_t capacity) {
  if (client_.available() <= 0) return 0;
  const int count = client_.read(reinterpret_cast<uint8_t*>(data), capacity);
  return count > 0 ? static_cast<size_t>(count) : 0;
}

void TlsLink::hang_up() { client_.stop(); }

// On the ESP32's two cores the tasks run on the other one than the loop.
void TlsConnection::begin(const char* name) {
#if CONFIG_IDF_TARGET_ESP32C3
  xTaskCreate(run, name, kStackBytes, this, kPriority, nullptr);
#else
  xTaskCreatePinnedToCore(run, name, kStackBytes, this, kPriority, nullptr, 0);
#endif
}

void TlsConnection::run(void* self) {
  for (;;) {
    static_cast<TlsConnection*>(self)->dialed_.serve();
    vTaskDelay(kLookEvery);
  }
}
