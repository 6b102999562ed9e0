#pragma once

#include <cstddef>
#include <cstdint>

class TwoWire {
 public:
  bool begin(int sda, int scl, uint32_t hertz = 0);
  void setTimeOut(uint16_t ms);
  void beginTransmission(uint8_t address);
  size_t write(uint8_t byte);
  size_t write(const uint8_t* bytes, size_t size);
  uint8_t endTransmission(bool stop = true);
};

extern TwoWire Wire;
