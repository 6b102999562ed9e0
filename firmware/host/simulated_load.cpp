#include "simulated_load.h"

namespace meter {

// One pulse per reading, so that the switch can open between two of them.
EnergyReading SimulatedLoad::read() {
  advance();
  EnergyReading reading;
  reading.power_w = closed_ ? load_w_ : 0;
  if (pending_ >= pulse_size_) {
    pending_ -= pulse_size_;
    reading.energy_mwh = pulses_.add(1);
  }
  reading.more = pending_ >= pulse_size_;
  return reading;
}

void SimulatedLoad::set(bool closed) {
  if (closed == closed_) return;
  advance();
  closed_ = closed;
  // What a whole poll's time would still have used after the contact opened was never used.
  if (!closed) pending_ %= pulse_size_;
}

void SimulatedLoad::advance() {
  const uint64_t now = clock_.monotonic_ms();
  if (closed_) pending_ += (now - since_ms_) * time_scale_ * load_w_;
  since_ms_ = now;
}

}  // namespace meter
