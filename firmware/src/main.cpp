// The board: wires the portable App to pins, flash and network. Decides nothing.
#include <Arduino.h>
#include <esp_system.h>
#include <esp_task_wdt.h>

#include "app.h"
#include "board.h"
#include "device_clock.h"
#include "ecdsa_verifier.h"
#include "latching_relay.h"
#include "nvs_store.h"
#include "ota_slot.h"
#include "pulse_input.h"
#include "push.h"
#include "pzem_port.h"
#include "release_key.h"
#include "serial_log.h"
#include "settings.h"
#include "setup_site.h"
#include "ssd1306.h"
#include "tamper_input.h"
#include "tls_link.h"
#include "warm_memory.h"
#include "wifi_link.h"

namespace {

constexpr uint32_t kRestartAfterMs = 10000;

Settings settings;
meter::Config config;
DeviceClock device_clock;
NvsStore storage("ledger");
WarmMemory warm_memory;
LatchingRelay relay;
SerialLog serial_log;
WifiLink wifi;
OtaSlot ota_slot;
EcdsaVerifier verifier;
Ssd1306 display;
PzemPort pzem_port;
meter::PzemSource pzem(pzem_port, device_clock);

SetupSite* site = nullptr;

// Made once in setup(), when the settings are known.
meter::App* app = nullptr;

// Without settings or ledger there is nothing to meter: say why, and try again from the start.
[[noreturn]] void give_up(const char* reason) {
  serial_log.event(meter::Event("error").text("reason", reason));
  delay(kRestartAfterMs);
  esp_restart();
}

// Nothing is metered without settings, so nothing may flow: a reset buys no energy.
[[noreturn]] void wait_to_be_set_up() {
  serial_log.event(meter::Event("setup").text("state", "waiting"));
  relay.set(false);
  site->open();
  while (!site->restart_due()) {
    site->poll();
    delay(5);
  }
  esp_restart();
}

// True when something was asked for.
bool serve_button(uint64_t now_ms) {
  static meter::PushReader reader;
  switch (reader.observe(digitalRead(board::kButtonPin) == LOW, now_ms)) {
    case meter::PushReader::Asked::nothing:
      return false;
    case meter::PushReader::Asked::press:
      app->panel().press();
      break;
    case meter::PushReader::Asked::language:
      app->panel().hold();
      break;
    case meter::PushReader::Asked::portal:
      site->open();
      break;
    case meter::PushReader::Asked::reset:
      site->forget();
      break;
  }
  return true;
}

void start_watchdog() {
  const esp_task_wdt_config_t watchdog = {board::kWatchdogS * 1000, 0, true};
  esp_task_wdt_reconfigure(&watchdog);
  esp_task_wdt_add(nullptr);
}

meter::IEnergySource& start_energy_source() {
  if (settings.pzem) {
    pzem_port.begin();
    return pzem;
  }
  static PulseInput input(
      settings.impulses_per_kwh,
      meter::PulseFilter{settings.minimum_pulse_ms / 2, settings.minimum_pulse_ms});
  input.begin(board::kPulsePin);
  return input;
}

// Steady inputs only: a contact that bounces or a short field is no tampering.
void watch_tampering(uint64_t now_ms) {
  static meter::TamperInput cover;
  static meter::TamperInput magnet;
  static meter::TamperInput reverse;
  meter::Meter& meter = app->meter();
  meter.signal(meter::AlertKind::cover_open,
               cover.observe(digitalRead(board::kCoverPin) == HIGH, now_ms));
  meter.signal(meter::AlertKind::magnetic_field,
               magnet.observe(digitalRead(board::kMagnetPin) == LOW, now_ms));
  meter.signal(meter::AlertKind::reverse_current,
               reverse.observe(digitalRead(board::kReversePin) == LOW, now_ms));
}

void serve_panel(uint64_t now_ms) {
  static uint64_t drawn_at_ms = 0;
  const bool pushed = serve_button(now_ms);
  const meter::SignalLevels levels = app->levels();
  digitalWrite(board::kLampPin, levels.lamp ? HIGH : LOW);
  digitalWrite(board::kBuzzerPin, levels.sound ? HIGH : LOW);
  if (!pushed && now_ms - drawn_at_ms < board::kDrawEveryMs) return;
  drawn_at_ms = now_ms;
  app->draw(display);
}

}  // namespace

// An update stays on trial until the App confirms it.
extern "C" bool verifyRollbackLater() { return true; }

void setup() {
  Serial.begin(115200);
  relay.begin();
  for (const int pin :
       {board::kButtonPin, board::kCoverPin, board::kMagnetPin, board::kReversePin}) {
    pinMode(pin, INPUT_PULLUP);
  }
  for (const int pin : {board::kLampPin, board::kBuzzerPin}) pinMode(pin, OUTPUT);
  display.begin(board::kSdaPin, board::kSclPin);
  if (!storage.begin()) give_up("ledger_partition");
  static TlsConnection rest;
  rest.begin("rest");
  static SetupSite the_site(device_clock, rest.connection(), serial_log);
  site = &the_site;
  if (site->begin()) settings.take(site->setup());
  if (!settings.load()) wait_to_be_set_up();
  config = settings.config();
  static TlsConnection stream;
  stream.begin("stream");
  const bool updatable = verifier.begin(kReleaseKey, kReleaseKeyBytes);
  static meter::App the_app(config, {storage, device_clock, start_energy_source(), relay,
                                     stream.connection(), rest.connection(), serial_log,
                                     &warm_memory, &ota_slot, updatable ? &verifier : nullptr});
  app = &the_app;
  if (!app->begin()) give_up("database_url_or_foreign_ledger");
  wifi.begin(settings);
  start_watchdog();
}

void loop() {
  esp_task_wdt_reset();
  serve_panel(device_clock.monotonic_ms());
  watch_tampering(device_clock.monotonic_ms());
  if (settings.pzem) app->meter().signal(meter::AlertKind::sensor_silent, pzem.silent());
  wifi.poll(settings, site->is_open(), device_clock.monotonic_ms());
  app->cloud().set_rssi(wifi.rssi());
  app->poll(wifi.up());
  site->poll();
  if (app->restart_due() || site->restart_due()) {
    app->meter().commit();
    esp_restart();
  }
  delay(5);
}
