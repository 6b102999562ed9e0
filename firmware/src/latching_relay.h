// ISwitch over a two-coil latching relay: a short pulse moves it, and it stays without power.
#pragma once

#include "ports.h"

class LatchingRelay final : public meter::ISwitch {
 public:
  void begin();
  void set(bool closed) override;
};
