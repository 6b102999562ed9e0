// Energy from meter pulses: whole mWh out, the remainder carried, nothing rounded away.
#pragma once

#include <cstdint>

namespace meter {

class PulseEnergy {
 public:
  // `impulses_per_kwh` is the meter constant printed on the meter, 1..100000.
  explicit PulseEnergy(uint32_t impulses_per_kwh)
      : constant_(impulses_per_kwh == 0 ? 1 : impulses_per_kwh) {}

  // Energy of `pulses` further pulses, in mWh.
  uint32_t add(uint32_t pulses) {
    const uint64_t numerator = uint64_t{pulses} * 1000000 + rest_;
    rest_ = numerator % constant_;
    return static_cast<uint32_t>(numerator / constant_);
  }

  // Power from the time between two pulses, in W.
  uint32_t power_w(uint32_t interval_ms) const {
    if (interval_ms == 0) return 0;
    return static_cast<uint32_t>(uint64_t{3600} * 1000 * 1000 / constant_ / interval_ms);
  }

 private:
  uint64_t constant_;
  uint64_t rest_ = 0;  // in 1/constant_ mWh
};

}  // namespace meter
