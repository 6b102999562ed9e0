// Pins and timings of the reference board. docs/hardware.md shows the wiring.
#pragma once

#include <sdkconfig.h>

#include <cstdint>

namespace board {

#if CONFIG_IDF_TARGET_ESP32C3
constexpr char kName[] = "esp32-c3";  // of the releases made for it
constexpr int kPulsePin = 4;          // from the meter's pulse output, open collector, to ground
constexpr int kRelaySetPin = 5;       // coil that closes the contact
constexpr int kRelayResetPin = 6;     // coil that opens it
constexpr int kCoverPin = 7;          // cover switch: closed (low) while the cover is on
constexpr int kButtonPin = 9;
constexpr int kBuzzerPin = 10;
constexpr int kLampPin = 8;
constexpr int kMagnetPin = 3;   // magnetic field sensor, open collector: low while it sees one
constexpr int kReversePin = 0;  // the meter's reverse-current output, open collector
constexpr int kSdaPin = 2;      // must be high at boot: the bus pulls it up
constexpr int kSclPin = 1;
constexpr int kPzemRxPin = 18;  // those of the chip's own USB; 20 and 21 are the serial line
constexpr int kPzemTxPin = 19;
#else
constexpr char kName[] = "esp32";
constexpr int kPulsePin = 34;
constexpr int kRelaySetPin = 25;
constexpr int kRelayResetPin = 26;
constexpr int kCoverPin = 27;
constexpr int kButtonPin = 32;
constexpr int kBuzzerPin = 33;
constexpr int kLampPin = 23;
constexpr int kMagnetPin = 13;
constexpr int kReversePin = 14;
constexpr int kSdaPin = 21;
constexpr int kSclPin = 22;
constexpr int kPzemRxPin = 16;
constexpr int kPzemTxPin = 17;
#endif

constexpr uint32_t kDrawEveryMs = 250;
constexpr uint32_t kRelayPulseMs = 100;
constexpr uint32_t kWatchdogS = 15;  // the loop never waits for the network

}  // namespace board
