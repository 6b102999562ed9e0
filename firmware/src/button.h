// A push button to ground: one press per push, however it bounces.
#pragma once

#include <cstdint>

class Button {
 public:
  explicit Button(int pin) : pin_(pin) {}

  void begin();
  // True once per push held for at least 50 ms.
  bool pressed(uint64_t now_ms);

 private:
  static constexpr uint64_t kSteadyMs = 50;

  int pin_;
  uint64_t low_since_ms_ = 0;
  bool told_ = false;
};
