#pragma once
#include <cstdint>
enum esp_mac_type_t { ESP_MAC_EFUSE_FACTORY = 6 };
int esp_read_mac(uint8_t* mac, esp_mac_type_t type);
