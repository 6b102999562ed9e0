// Average use of the last seven days, for "days remaining".
#pragma once

#include <cstdint>

#include "division.h"

namespace meter {

class DailyUse {
 public:
  static constexpr uint32_t kDays = 7;

  // `day` counts days since 1970 (EAT), `consumed_wh` is the growing total.
  void observe(uint32_t day, uint64_t consumed_wh) {
    if (day == 0) return;
    if (newest_ == 0 || day < newest_ || day - newest_ >= kDays) {
      for (uint64_t& mark : marks_) mark = consumed_wh;
      oldest_ = newest_ = day;
    }
    while (newest_ < day) {
      ++newest_;
      marks_[newest_ % kMarks] = consumed_wh;
      if (newest_ - oldest_ > kDays) oldest_ = newest_ - kDays;
    }
  }

  // Wh per day over the whole days seen, at most seven; 0 until one has passed.
  uint64_t average_wh() const {
    const uint32_t days = newest_ - oldest_;
    if (days == 0) return 0;
    return divide(marks_[newest_ % kMarks] - marks_[oldest_ % kMarks], days).quotient;
  }

  // Whole days the balance lasts, at most 999; -1 while nothing is known.
  int32_t days_remaining(int64_t balance_wh) const {
    const uint64_t average = average_wh();
    if (average == 0) return -1;
    if (balance_wh <= 0 || average > UINT32_MAX) return 0;
    const uint64_t days =
        divide(static_cast<uint64_t>(balance_wh), static_cast<uint32_t>(average)).quotient;
    return days > 999 ? 999 : static_cast<int32_t>(days);
  }

 private:
  static constexpr uint32_t kMarks = kDays + 1;

  uint64_t marks_[kMarks] = {};  // total at the start of a day
  uint32_t oldest_ = 0;
  uint32_t newest_ = 0;
};

}  // namespace meter
