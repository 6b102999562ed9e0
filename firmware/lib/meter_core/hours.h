// Hours waiting to be told to consumption_history. Bounded: when full, the two oldest behind the
// one that is being told become one, so that energy is never lost, only its place in time. Kept in
// storage: a meter that was long offline and then lost its power still tells them. An hour is kept
// here before the ledger begins the next: cut between the two, the meter adds the same hour again,
// which changes nothing.
#pragma once

#include <cstdint>

#include "ledger.h"
#include "twin_record.h"

namespace meter {

// An hour that has ended.
struct ClosedHour {
  uint32_t hour = 0;  // hours since 1970 UTC
  uint32_t energy_wh = 0;
};

class Hours {
 public:
  static constexpr size_t kMax = 48;

  explicit Hours(IKeyValue& storage) : record_(storage, "hours") {}

  // Reads what was waiting; a damaged record is left out: history is lost, never credit.
  void begin();

  // Those of another meter; begin() came before.
  void forget();

  // An hour is added once: its energy is the larger of what it comes with.
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

  TwinRecord record_;
  ClosedHour waiting_[kMax];
  size_t count_ = 0;
  ClosedHour last_;
  uint32_t refused_hour_ = 0;
  uint64_t told_at_ms_ = 0;
};

}  // namespace meter
