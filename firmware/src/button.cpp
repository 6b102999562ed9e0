#include "button.h"

#include <Arduino.h>

void Button::begin() { pinMode(pin_, INPUT_PULLUP); }

Button::Push Button::poll(uint64_t now_ms) {
  const bool down = digitalRead(pin_) == LOW;
  const uint64_t lasted_ms = low_since_ms_ == 0 ? 0 : now_ms - low_since_ms_;
  if (!down) {
    const bool press = low_since_ms_ != 0 && !told_ && lasted_ms >= kSteadyMs;
    low_since_ms_ = 0;
    told_ = false;
    return press ? Push::press : Push::none;
  }
  if (low_since_ms_ == 0) low_since_ms_ = now_ms;
  if (told_ || lasted_ms < kHoldMs) return Push::none;
  told_ = true;
  return Push::hold;
}
