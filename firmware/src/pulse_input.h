// IEnergySource over a meter's pulse output. Edges are counted in an interrupt, so nothing is lost
// while the network is slow.
#pragma once

#include "ports.h"
#include "pulse.h"

class PulseInput final : public meter::IEnergySource {
 public:
  PulseInput(uint32_t impulses_per_kwh, const meter::PulseFilter& filter)
      : meter_(impulses_per_kwh, filter) {}

  void begin(int pin);
  meter::EnergyReading read() override;

 private:
  static void on_change(void* self);

  meter::PulseMeter meter_;
  int pin_ = -1;
};
