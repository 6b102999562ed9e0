// The UART to a PZEM-004T v3.
#pragma once

#include <HardwareSerial.h>

#include "pzem.h"

class PzemPort final : public meter::ISerialPort {
 public:
  void begin();
  void write(const uint8_t* data, size_t size) override;
  size_t read(uint8_t* data, size_t capacity) override;
};
