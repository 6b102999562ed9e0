// Keeps Wi-Fi up and asks for the time.
#pragma once

#include <cstdint>

#include "rejoin.h"
#include "settings.h"

class WifiLink {
 public:
  void begin(const Settings& settings);
  // Joins anew when the station's own retries have ended; `lent`: the setup has the station.
  void poll(const Settings& settings, bool lent, uint64_t now_ms);
  bool up() const;
  int32_t rssi() const;

 private:
  meter::Rejoin rejoin_;
};
