// A push that nobody makes by accident: ten seconds ask for the portal, twenty forget who the meter
// is. Told when it is known: the reset while the button is still down, the portal when it is let
// go.
#pragma once

#include <cstdint>

namespace meter {

class LongPush {
 public:
  enum class Asked { nothing, portal, reset };

  Asked observe(bool down, uint64_t now_ms) {
    if (!down) {
      const bool portal = down_ && !told_ && now_ms - since_ms_ >= kPortalMs;
      down_ = false;
      told_ = false;
      return portal ? Asked::portal : Asked::nothing;
    }
    if (!down_) since_ms_ = now_ms;
    down_ = true;
    if (told_ || now_ms - since_ms_ < kResetMs) return Asked::nothing;
    told_ = true;
    return Asked::reset;
  }

 private:
  static constexpr uint64_t kPortalMs = 10000;
  static constexpr uint64_t kResetMs = 20000;

  uint64_t since_ms_ = 0;
  bool down_ = false;
  bool told_ = false;
};

}  // namespace meter
