#pragma once

#include <cstddef>
#include <cstdint>

class NetworkClient {
 public:
  uint8_t connected();
  int available();
  int read(uint8_t* bytes, size_t size);
  size_t write(const uint8_t* bytes, size_t size);
  void stop();
};

class NetworkServer {
 public:
  explicit NetworkServer(uint16_t port);
  void begin();
  NetworkClient accept();
  void end();
};
