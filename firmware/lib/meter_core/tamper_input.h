// A contact or sensor that shows tampering: believed when it is steady, and over when it has been
// gone for a while, so that one break-in is one alert.
#pragma once

#include <cstdint>

namespace meter {

class TamperInput {
 public:
  static constexpr uint64_t kRaiseMs = 200;
  static constexpr uint64_t kClearMs = 10000;

  // `active` as read now; true while it counts as tampering.
  bool observe(bool active, uint64_t now_ms) {
    if (active != last_) {
      last_ = active;
      since_ms_ = now_ms;
    }
    if (active != raised_ && now_ms - since_ms_ >= (active ? kRaiseMs : kClearMs)) raised_ = active;
    return raised_;
  }

 private:
  uint64_t since_ms_ = 0;
  bool last_ = false;
  bool raised_ = false;
};

}  // namespace meter
