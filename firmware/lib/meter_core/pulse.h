// Energy from meter pulses: whole mWh out, the remainder carried, nothing rounded away.
#pragma once

#include <atomic>
#include <cstdint>

#include "division.h"
#include "ports.h"

namespace meter {

class PulseEnergy {
 public:
  // `impulses_per_kwh` is the meter constant printed on the meter, 1..100000.
  explicit PulseEnergy(uint32_t impulses_per_kwh)
      : constant_(impulses_per_kwh == 0 ? 1 : impulses_per_kwh) {}

  // Energy of `pulses` further pulses, in mWh.
  uint32_t add(uint32_t pulses) {
    const Division energy = divide(uint64_t{pulses} * 1000000 + rest_, constant_);
    rest_ = energy.rest;
    return static_cast<uint32_t>(energy.quotient);
  }

  // Power from the time between two pulses, in W.
  uint32_t power_w(uint32_t interval_ms) const {
    if (interval_ms == 0) return 0;
    return 3600U * 1000 * 1000 / constant_ / interval_ms;
  }

 private:
  uint32_t constant_;
  uint32_t rest_ = 0;  // in 1/constant_ mWh
};

// What separates a pulse from a bounce. EN 62053-31 pulses are on for at least 30 ms.
struct PulseFilter {
  uint32_t minimum_width_ms = 20;     // shorter ones are disturbances
  uint32_t minimum_interval_ms = 40;  // between the starts of two pulses
};

// Counts the edges of a pulse output. on_edge() may run in an interrupt while read() runs in the
// main loop: they share one counter that only grows, so no pulse is lost between two readings.
class PulseMeter {
 public:
  PulseMeter(uint32_t impulses_per_kwh, const PulseFilter& filter)
      : energy_(impulses_per_kwh), filter_(filter) {}

  // `active` is true when the pulse begins and false when it ends.
  void on_edge(bool active, uint32_t now_ms);

  EnergyReading read(uint32_t now_ms);

  uint32_t rejected() const { return rejected_.load(std::memory_order_relaxed); }

 private:
  static constexpr uint32_t kIdleMs = 300000;  // no pulse for so long: no load

  uint32_t power_w(uint32_t now_ms) const;

  PulseEnergy energy_;
  PulseFilter filter_;
  std::atomic<uint32_t> count_{0};
  std::atomic<uint32_t> rejected_{0};
  std::atomic<uint32_t> last_start_ms_{0};  // of the last counted pulse
  std::atomic<uint32_t> interval_ms_{0};
  uint32_t seen_ = 0;
  uint32_t start_ms_ = 0;  // of the pulse under way; interrupt only
  bool active_ = false;
};

}  // namespace meter
