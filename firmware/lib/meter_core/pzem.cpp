#include "pzem.h"

#include <cstring>

#include "division.h"

namespace meter {
namespace {

constexpr uint8_t kHeader[3] = {0x01, 0x04, 20};
constexpr uint64_t kSlackWh = 50;  // readings are not taken at exact times

}  // namespace

uint16_t modbus_crc(const uint8_t* data, size_t size) {
  uint16_t crc = 0xffff;
  for (size_t i = 0; i < size; ++i) {
    crc = static_cast<uint16_t>(crc ^ data[i]);
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<uint16_t>((crc >> 1) ^ ((crc & 1) != 0 ? 0xa001 : 0));
    }
  }
  return crc;
}

bool PzemParser::feed(uint8_t byte, PzemValues& values) {
  frame_[size_++] = byte;
  while (size_ > 0 && !plausible_so_far()) drop_first();
  if (size_ < kPzemFrame) return false;
  const uint16_t crc = static_cast<uint16_t>(frame_[kPzemFrame - 2] | frame_[kPzemFrame - 1] << 8);
  if (crc != modbus_crc(frame_, kPzemFrame - 2)) {
    ++bad_frames_;
    do {
      drop_first();
    } while (size_ > 0 && !plausible_so_far());
    return false;
  }
  const auto word = [this](size_t index) {
    const uint8_t* at = frame_ + sizeof kHeader + 2 * index;
    return uint32_t{at[0]} << 8 | at[1];
  };
  values = {word(0), word(2) << 16 | word(1), word(4) << 16 | word(3), word(6) << 16 | word(5)};
  size_ = 0;
  return true;
}

bool PzemParser::plausible_so_far() const {
  const size_t count = size_ < sizeof kHeader ? size_ : sizeof kHeader;
  return std::memcmp(frame_, kHeader, count) == 0;
}

void PzemParser::drop_first() { std::memmove(frame_, frame_ + 1, --size_); }

uint32_t PzemEnergy::advance(uint32_t register_wh, uint64_t elapsed_ms, uint32_t maximum_w) {
  const uint64_t most_wh = divide(maximum_w * elapsed_ms, 3600000).quotient + kSlackWh;
  const uint32_t last_wh = last_wh_;
  last_wh_ = register_wh;
  if (!known_) {
    known_ = true;
    return 0;
  }
  if (register_wh >= last_wh) {
    if (register_wh - last_wh <= most_wh) return register_wh - last_wh;
    ++implausible_;
    return 0;
  }
  const uint64_t wrapped_wh = uint64_t{kWrapWh} - last_wh + register_wh;
  if (last_wh < kWrapWh && wrapped_wh <= most_wh) return static_cast<uint32_t>(wrapped_wh);
  ++resets_;
  return register_wh <= most_wh ? register_wh : 0;
}

EnergyReading PzemSource::read() {
  const uint64_t now_ms = clock_.monotonic_ms();
  EnergyReading reading;
  uint8_t bytes[32];
  size_t count = 0;
  while ((count = port_.read(bytes, sizeof bytes)) > 0) {
    for (size_t i = 0; i < count; ++i) {
      if (!parser_.feed(bytes[i], values_)) continue;
      const uint64_t elapsed_ms = now_ms - answered_at_ms_;
      reading.energy_mwh += energy_.advance(values_.energy_wh, elapsed_ms, kMaximumW) * 1000;
      answered_at_ms_ = now_ms;
      asked_ = false;
      silent_ = false;
    }
  }
  if (now_ms - answered_at_ms_ >= kSilentMs) silent_ = true;
  if (!asked_ || now_ms - asked_at_ms_ >= kTimeoutMs) ask(now_ms);
  reading.power_w = silent_ ? 0 : (values_.power_dw + 5) / 10;
  return reading;
}

void PzemSource::ask(uint64_t now_ms) {
  if (asked_at_ms_ != 0 && now_ms - asked_at_ms_ < kPeriodMs) return;
  asked_at_ms_ = now_ms;
  asked_ = true;
  parser_.reset();
  port_.write(kPzemRequest, sizeof kPzemRequest);
}

}  // namespace meter
