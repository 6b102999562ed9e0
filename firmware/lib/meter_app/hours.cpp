#include "hours.h"

namespace meter {

void Hours::add(const ClosedHour& closed) {
  if (count_ == kMax) {
    waiting_[1].energy_wh += waiting_[0].energy_wh;
    for (size_t i = 1; i < count_; ++i) waiting_[i - 1] = waiting_[i];
    --count_;
  }
  waiting_[count_++] = closed;
}

bool Hours::due(const Ledger& ledger, uint64_t now_ms, uint32_t interval_ms) const {
  if (count_ > 0) return true;
  if (ledger.hour == 0 || ledger.hour_wh == 0 || ledger.hour == refused_hour_) return false;
  if (ledger.hour == last_.hour && ledger.hour_wh == last_.energy_wh) return false;
  return now_ms - told_at_ms_ >= interval_ms;
}

ClosedHour Hours::next(const Ledger& ledger) const {
  if (count_ > 0) return waiting_[0];
  return {ledger.hour, ledger.hour_wh};
}

void Hours::refused(const ClosedHour& hour, uint64_t now_ms) {
  refused_hour_ = hour.hour;
  told(hour, now_ms);
}

void Hours::told(const ClosedHour& hour, uint64_t now_ms) {
  told_at_ms_ = now_ms;
  last_ = hour;
  if (count_ == 0 || waiting_[0].hour != hour.hour) return;
  for (size_t i = 1; i < count_; ++i) waiting_[i - 1] = waiting_[i];
  --count_;
}

}  // namespace meter
