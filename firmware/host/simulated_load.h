// A load behind the switch and the pulse output of the meter in front of it. Time may run faster.
#pragma once

#include <cstdint>

#include "ports.h"
#include "pulse.h"

namespace meter {

class SimulatedLoad final : public IEnergySource, public ISwitch {
 public:
  SimulatedLoad(IClock& clock, uint32_t load_w, uint32_t impulses_per_kwh, uint32_t time_scale)
      : clock_(clock),
        load_w_(load_w),
        pulses_(impulses_per_kwh),
        time_scale_(time_scale),
        pulse_size_(uint64_t{3600} * 1000 * 1000 / impulses_per_kwh) {}

  EnergyReading read() override;
  void set(bool closed) override;

 private:
  void advance();

  IClock& clock_;
  uint32_t load_w_;
  PulseEnergy pulses_;
  uint64_t time_scale_;
  uint64_t pulse_size_;   // in W·ms
  uint64_t pending_ = 0;  // in W·ms, not yet given out as pulses
  uint64_t since_ms_ = 0;
  bool closed_ = false;
};

}  // namespace meter
