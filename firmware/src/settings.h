// What provisioning wrote into NVS (namespace "meter" of the first partition): who this meter is
// and how it reaches its database. Read once at boot; secrets are never printed.
#pragma once

#include "config.h"
#include "setup_store.h"
#include "text.h"

struct Settings {
  meter::FixedText<32> wifi_ssid;
  meter::FixedText<64> wifi_password;
  meter::FixedText<40> meter_id;
  meter::FixedText<64> device_key;
  meter::FixedText<128> database_url;
  meter::FixedText<64> database_namespace;
  meter::FixedText<64> api_key;
  meter::FixedText<80> email;
  meter::FixedText<80> password;
  meter::FixedText<128> update_url;
  uint32_t impulses_per_kwh = 1000;
  uint32_t minimum_pulse_ms = 40;
  bool pzem = false;
  bool has_claimed = false;
  meter::Registers claimed;

  // Who the meter is, as it claimed it; before load().
  void take(const meter::Setup& setup);

  // False when something that the meter cannot do without is missing.
  bool load();

  meter::Config config() const;
};
