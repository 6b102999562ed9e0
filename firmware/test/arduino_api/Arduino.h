// Declarations of the Arduino-ESP32 3.x calls that src/ uses: the board's code is compiled against
// them on the host so that it cannot rot unseen. Nothing is linked.
#pragma once

#include <cstddef>
#include <cstdint>

#define HIGH 1
#define LOW 0
#define INPUT_PULLUP 5
#define OUTPUT 3
#define CHANGE 3
#define IRAM_ATTR

void pinMode(uint8_t pin, uint8_t mode);
void digitalWrite(uint8_t pin, uint8_t value);
int digitalRead(uint8_t pin);
void attachInterruptArg(uint8_t pin, void (*handler)(void*), void* argument, int mode);
#define digitalPinToInterrupt(pin) (pin)
uint32_t millis();
void delay(uint32_t ms);
void configTime(long offset, int daylight, const char* server1, const char* server2);

#include "HardwareSerial.h"
