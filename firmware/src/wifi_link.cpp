#include "wifi_link.h"

#include <WiFi.h>

void WifiLink::begin(const Settings& settings) {
  WiFi.persistent(false);
  WiFi.mode(WIFI_STA);
  WiFi.setAutoReconnect(true);
  WiFi.begin(settings.wifi_ssid.c_str(), settings.wifi_password.c_str());
  configTime(0, 0, "time.google.com", "pool.ntp.org");
}

void WifiLink::poll(const Settings& settings, bool lent, uint64_t now_ms) {
  if (!rejoin_.due(lent || up(), now_ms)) return;
  WiFi.disconnect();
  WiFi.begin(settings.wifi_ssid.c_str(), settings.wifi_password.c_str());
}

bool WifiLink::up() const { return WiFi.status() == WL_CONNECTED; }

int32_t WifiLink::rssi() const { return up() ? WiFi.RSSI() : 0; }
