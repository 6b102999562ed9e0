// Energy that flows although the switch is open: a welded contact or a bypass behind the meter.
#pragma once

#include <cstdint>

#include "division.h"

namespace meter {

class OpenSwitchWatch {
 public:
  static constexpr uint64_t kSettleMs = 3000;      // a pulse may still be under way
  static constexpr uint32_t kToleranceMwh = 5000;  // disturbances, residual current

  void observe(bool closed, uint64_t now_ms, uint32_t energy_mwh) {
    if (closed) {
      open_since_ms_ = 0;
      leaked_mwh_ = 0;
      return;
    }
    if (open_since_ms_ == 0) open_since_ms_ = now_ms == 0 ? 1 : now_ms;
    if (now_ms - open_since_ms_ >= kSettleMs) leaked_mwh_ += energy_mwh;
  }

  bool leaking() const { return leaked_mwh_ >= kToleranceMwh; }
  uint64_t leaked_wh() const { return divide(leaked_mwh_, 1000).quotient; }

 private:
  uint64_t open_since_ms_ = 0;
  uint64_t leaked_mwh_ = 0;
};

}  // namespace meter
