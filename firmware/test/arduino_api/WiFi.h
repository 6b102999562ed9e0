#pragma once

#include "Arduino.h"

#define WIFI_STA 1
#define WL_CONNECTED 3

class WiFiClass {
 public:
  void persistent(bool on);
  bool mode(int mode);
  bool setAutoReconnect(bool on);
  int begin(const char* ssid, const char* password);
  int status();
  int8_t RSSI();
};

extern WiFiClass WiFi;
