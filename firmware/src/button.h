// A push button to ground: one press or one long press per push, however it bounces.
#pragma once

#include <cstdint>

class Button {
 public:
  enum class Push { none, press, hold };

  explicit Button(int pin) : pin_(pin) {}

  void begin();
  // `press` when a push of at least 50 ms ends, `hold` as soon as it lasts two seconds.
  Push poll(uint64_t now_ms);

 private:
  static constexpr uint64_t kSteadyMs = 50;
  static constexpr uint64_t kHoldMs = 2000;

  int pin_;
  uint64_t low_since_ms_ = 0;
  bool told_ = false;
};
