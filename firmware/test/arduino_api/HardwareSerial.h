#pragma once

#include <cstddef>
#include <cstdint>

#define SERIAL_8N1 0x800001c

class HardwareSerial {
 public:
  void begin(unsigned long baud, uint32_t config = SERIAL_8N1, int8_t rx = -1, int8_t tx = -1);
  int available();
  int read();
  size_t write(uint8_t byte);
  size_t write(const uint8_t* bytes, size_t size);
};

extern HardwareSerial Serial;
extern HardwareSerial Serial1;
