// PZEM-004T v3 energy module: Modbus RTU, 9600 8N1, input registers 0..9.
//
// Its energy register counts Wh, wraps at 9999.99 kWh and can be reset by anyone with a wire, so it
// is read as differences: a wrap is counted across, a reset is counted from zero and told.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ports.h"

namespace meter {

struct PzemValues {
  uint32_t voltage_dv = 0;  // 0.1 V
  uint32_t current_ma = 0;
  uint32_t power_dw = 0;  // 0.1 W
  uint32_t energy_wh = 0;
};

constexpr size_t kPzemFrame = 25;
constexpr uint8_t kPzemRequest[8] = {0x01, 0x04, 0x00, 0x00, 0x00, 0x0a, 0x70, 0x0d};

uint16_t modbus_crc(const uint8_t* data, size_t size);

// Reads the answer to kPzemRequest from bytes as they come; noise before it is skipped.
class PzemParser {
 public:
  void reset() { size_ = 0; }
  // True when this byte completed a valid frame; `values` then holds it.
  bool feed(uint8_t byte, PzemValues& values);
  uint32_t bad_frames() const { return bad_frames_; }

 private:
  bool plausible_so_far() const;
  void drop_first();

  uint8_t frame_[kPzemFrame] = {};
  size_t size_ = 0;
  uint32_t bad_frames_ = 0;
};

// Wh since the previous reading.
class PzemEnergy {
 public:
  static constexpr uint32_t kWrapWh = 10000000;

  // `elapsed_ms` since the previous reading bounds what can have been used: `maximum_w` for so
  // long.
  uint32_t advance(uint32_t register_wh, uint64_t elapsed_ms, uint32_t maximum_w);

  uint32_t resets() const { return resets_; }
  uint32_t implausible() const { return implausible_; }

 private:
  uint32_t last_wh_ = 0;
  bool known_ = false;
  uint32_t resets_ = 0;
  uint32_t implausible_ = 0;
};

class ISerialPort {
 public:
  virtual void write(const uint8_t* data, size_t size) = 0;
  // Bytes read without waiting.
  virtual size_t read(uint8_t* data, size_t capacity) = 0;

 protected:
  ~ISerialPort() = default;
};

// Asks once per second and never waits.
class PzemSource final : public IEnergySource {
 public:
  static constexpr uint32_t kPeriodMs = 1000;
  static constexpr uint32_t kTimeoutMs = 300;
  static constexpr uint32_t kSilentMs = 10000;
  static constexpr uint32_t kMaximumW = 23000;

  PzemSource(ISerialPort& port, IClock& clock) : port_(port), clock_(clock) {}

  EnergyReading read() override;

  // No valid answer for kSilentMs: the module is dead or cut off.
  bool silent() const { return silent_; }
  const PzemEnergy& energy() const { return energy_; }

 private:
  void ask(uint64_t now_ms);

  ISerialPort& port_;
  IClock& clock_;
  PzemParser parser_;
  PzemEnergy energy_;
  PzemValues values_;
  uint64_t asked_at_ms_ = 0;
  uint64_t answered_at_ms_ = 0;
  bool asked_ = false;
  bool silent_ = false;
};

}  // namespace meter
