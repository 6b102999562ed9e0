#pragma once

#include <cstddef>
#include <cstdint>

class NetworkClientSecure {
 public:
  void setCACertBundle(const uint8_t* bundle, size_t size);
  void setHandshakeTimeout(unsigned long seconds);
  int connect(const char* host, uint16_t port, int32_t timeout_ms);
  int setNoDelay(bool on);
  uint8_t connected();
  int available();
  int read(uint8_t* bytes, size_t size);
  size_t write(const uint8_t* bytes, size_t size);
  void stop();
};
