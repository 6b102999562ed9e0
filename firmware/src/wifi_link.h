// Keeps Wi-Fi up and asks for the time.
#pragma once

#include <cstdint>

#include "settings.h"

class WifiLink {
 public:
  void begin(const Settings& settings);
  bool up() const;
  int32_t rssi() const;
};
