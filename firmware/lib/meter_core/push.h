// What a person asks for with the one button. Short: the next page, or what the display offers; two
// seconds: the other language; ten: the portal; twenty: the meter forgets who it is. All but the
// last are told when the button is let go, because a longer push passes the shorter ones.
#pragma once

#include <cstdint>

namespace meter {

class PushReader {
 public:
  enum class Asked { nothing, press, language, portal, reset };

  // `down` as the contact reads now; what it does for less than kSteadyMs is bouncing.
  Asked observe(bool down, uint64_t now_ms) {
    if (down != contact_) {
      contact_ = down;
      changed_at_ms_ = now_ms;
    }
    if (contact_ != pushed_ && now_ms - changed_at_ms_ >= kSteadyMs) {
      pushed_ = contact_;
      if (!pushed_) return told_ ? Asked::nothing : asked_in(changed_at_ms_ - pushed_at_ms_);
      pushed_at_ms_ = changed_at_ms_;
      told_ = false;
    }
    if (!pushed_ || told_ || now_ms - pushed_at_ms_ < kResetMs) return Asked::nothing;
    told_ = true;
    return Asked::reset;
  }

 private:
  static constexpr uint64_t kSteadyMs = 50;
  static constexpr uint64_t kLanguageMs = 2000;
  static constexpr uint64_t kPortalMs = 10000;
  static constexpr uint64_t kResetMs = 20000;

  static Asked asked_in(uint64_t lasted_ms) {
    if (lasted_ms >= kPortalMs) return Asked::portal;
    return lasted_ms >= kLanguageMs ? Asked::language : Asked::press;
  }

  uint64_t changed_at_ms_ = 0;
  uint64_t pushed_at_ms_ = 0;
  bool contact_ = false;
  bool pushed_ = false;
  bool told_ = false;
};

}  // namespace meter
