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

// Identity as flashed at a factory, without a claim.
void load_flashed(Preferences& stored, Settings& into) {
  read(stored, "wifi_ssid", into.wifi_ssid);
  read(stored, "wifi_password", into.wifi_password);
  read(stored, "meter_id", into.meter_id);
  read(stored, "device_key", into.device_key);
  read(stored, "database_url", into.database_url);
  read(stored, "namespace", into.database_namespace);
  read(stored, "api_key", into.api_key);
  read(stored, "email", into.email);
  read(stored, "password", into.password);
}

}  // namespace

void Settings::take(const meter::Setup& setup) {
  const meter::Identity& identity = setup.identity;
  has_claimed = true;
  claimed = {identity.credited_wh, identity.withdrawn_wh, identity.consumed_wh, identity.sequence};
  wifi_ssid = setup.wishes.wifi_ssid;
  wifi_password = setup.wishes.wifi_password;
  meter_id.assign(setup.wishes.meter_id.view());
  device_key = identity.device_key;
  database_url = identity.database_url;
  database_namespace = identity.database_namespace;
  api_key = identity.api_key;
  email = identity.email;
  password.assign(identity.password.view());
}

bool Settings::load() {
  Preferences stored;
  const bool any = stored.begin("meter", true);
  if (!any) return has_claimed;
  if (!has_claimed) load_flashed(stored, *this);
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
  if (has_claimed) config.claimed = &claimed;
  meter::parse_hex(device_key.view(), config.device_key);
  return config;
}
