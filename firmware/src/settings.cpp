#include "settings.h"

#include <Preferences.h>
#include <esp_random.h>

#include "board.h"

namespace {

template <size_t Capacity>
void read(Preferences& from, const char* key, meter::FixedText<Capacity>& into) {
  char text[Capacity + 1] = {};
  from.getString(key, text, sizeof text);
  into.assign(text);
}

}  // namespace

bool Settings::load() {
  Preferences stored;
  if (!stored.begin("meter", true)) return false;
  read(stored, "wifi_ssid", wifi_ssid);
  read(stored, "wifi_password", wifi_password);
  read(stored, "meter_id", meter_id);
  read(stored, "device_key", device_key);
  read(stored, "database_url", database_url);
  read(stored, "namespace", database_namespace);
  read(stored, "api_key", api_key);
  read(stored, "email", email);
  read(stored, "password", password);
  read(stored, "update_url", update_url);
  impulses_per_kwh = stored.getUInt("imp_per_kwh", impulses_per_kwh);
  minimum_pulse_ms = stored.getUInt("min_pulse_ms", minimum_pulse_ms);
  pzem = stored.getBool("pzem", false);
  stored.end();
  meter::Digest key{};
  return !wifi_ssid.empty() && !meter_id.empty() && !database_url.empty() && !email.empty() &&
         meter::parse_hex(device_key.view(), key);
}

meter::Config Settings::config() const {
  meter::Config config;
  config.meter_id = meter_id.view();
  config.database_url = database_url.view();
  config.database_namespace = database_namespace.view();
  config.account = {{}, api_key.view(), email.view(), password.view()};
  config.firmware = METER_FIRMWARE;
  config.firmware_version = METER_VERSION;
  config.board = board::kName;
  config.update_url = update_url.view();
  config.random_seed = esp_random();
  config.supply.min_dwell_ms = 5000;
  meter::parse_hex(device_key.view(), config.device_key);
  return config;
}
