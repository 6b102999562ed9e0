// Hours waiting to be told to consumption_history. Bounded: when full, the two oldest become one,
// so energy is never lost, only its place in time.
#pragma once

#include <cstdint>

#include "meter.h"

namespace meter {

class Hours {
 public:
  static constexpr size_t kMax = 48;

  void add(const ClosedHour& closed);

  // Something to tell: an hour that ended, or the running one when it grew and `interval_ms`
  // passed.
  bool due(const Ledger& ledger, uint64_t now_ms, uint32_t interval_ms) const;
  ClosedHour next(const Ledger& ledger) const;
  void told(const ClosedHour& hour, uint64_t now_ms);

  // The server holds more for this hour than we do (our storage was lost within it): it is told
  // again only when it ends.
  void refused(const ClosedHour& hour, uint64_t now_ms);

  size_t waiting() const { return count_; }

 private:
  ClosedHour waiting_[kMax];
  size_t count_ = 0;
  ClosedHour last_;
  uint32_t refused_hour_ = 0;
  uint64_t told_at_ms_ = 0;
};

}  // namespace meter
