#pragma once

#include "Arduino.h"
#include "IPAddress.h"

#define WIFI_STA 1
#define WIFI_AP_STA 3
#define WL_CONNECTED 3

class WiFiClass {
 public:
  void persistent(bool on);
  bool mode(int mode);
  bool setAutoReconnect(bool on);
  int begin(const char* ssid, const char* password);
  bool disconnect();
  bool softAP(const char* ssid, const char* password);
  IPAddress softAPIP();
  bool softAPdisconnect(bool off);
  int status();
  int8_t RSSI();
};

extern WiFiClass WiFi;
