#include "button.h"

#include <Arduino.h>

void Button::begin() { pinMode(pin_, INPUT_PULLUP); }

bool Button::pressed(uint64_t now_ms) {
  if (digitalRead(pin_) == HIGH) {
    low_since_ms_ = 0;
    told_ = false;
    return false;
  }
  if (low_since_ms_ == 0) low_since_ms_ = now_ms;
  if (told_ || now_ms - low_since_ms_ < kSteadyMs) return false;
  told_ = true;
  return true;
}
