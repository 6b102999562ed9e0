// Hours waiting to be told to consumption_history. Bounded: when full, the two oldest become one,
// so that energy is never lost, only its place in time. Kept in storage: a meter that was long
// offline and then lost its power still tells them.
#pragma once

#include <cstdint>

#include "meter.h"
#include "ports.h"

namespace meter {

class Hours {
 public:
  static constexpr size_t kMax = 48;

  explicit Hours(IKeyValue& storage) : storage_(storage) {}

  // Reads what was waiting; a damaged record is left out: history is lost, never credit.
  void begin();

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
  void save();

  IKeyValue& storage_;
  ClosedHour waiting_[kMax];
  size_t count_ = 0;
  ClosedHour last_;
  uint32_t refused_hour_ = 0;
  uint64_t told_at_ms_ = 0;
};

}  // namespace meter
