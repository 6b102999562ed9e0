#include "ssd1306.h"

#include <Wire.h>

namespace {

constexpr uint8_t kAddress = 0x3c;
constexpr uint32_t kClockHz = 400000;
constexpr uint16_t kTimeoutMs = 20;  // of a bus that hangs: the meter must not wait for a picture
constexpr uint8_t kCommands = 0x00;
constexpr uint8_t kData = 0x40;
constexpr size_t kPortion = 32;  // bytes per transfer, far below the driver's buffer

// Datasheet, rev 1.1, section 4.4 and table 9: charge pump on, picture upright, page addressing.
constexpr uint8_t kSetUp[] = {0xae, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0x8d,
                              0x14, 0x20, 0x02, 0xa1, 0xc8, 0xda, 0x12, 0x81, 0x7f,
                              0xd9, 0xf1, 0xdb, 0x40, 0xa4, 0xa6, 0xaf};

}  // namespace

bool Ssd1306::begin(int sda_pin, int scl_pin) {
  Wire.begin(sda_pin, scl_pin, kClockHz);
  Wire.setTimeOut(kTimeoutMs);
  present_ = command(kSetUp, sizeof kSetUp);
  return present_;
}

bool Ssd1306::show(size_t row, const uint8_t (&columns)[kColumns]) {
  if (!present_) return true;
  const uint8_t place[] = {static_cast<uint8_t>(0xb0 | row), 0x00, 0x10};
  if (!command(place, sizeof place)) return false;
  for (size_t at = 0; at < kColumns; at += kPortion) {
    Wire.beginTransmission(kAddress);
    Wire.write(kData);
    Wire.write(columns + at, kPortion);
    if (Wire.endTransmission() != 0) return false;
  }
  return true;
}

bool Ssd1306::command(const uint8_t* bytes, size_t size) {
  Wire.beginTransmission(kAddress);
  Wire.write(kCommands);
  Wire.write(bytes, size);
  return Wire.endTransmission() == 0;
}
