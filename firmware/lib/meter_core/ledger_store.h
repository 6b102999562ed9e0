// Two slots, A and B. A save goes to the slot that does not hold the newest valid record and counts
// only after it was read back, so a power cut at any byte leaves the previous record intact.
#pragma once

#include <string_view>

#include "ledger.h"
#include "ports.h"

namespace meter {

enum class LoadResult {
  restored,  // a valid record of this meter
  fresh,     // both slots empty: a new board or an erased one
  damaged,   // something is there, none of it valid: totals must come from the server
  foreign,   // a valid record of another meter: nothing of it is used or overwritten
};

class LedgerStore {
 public:
  explicit LedgerStore(IKeyValue& storage) : storage_(storage) {}

  LoadResult load(std::string_view meter_id, Ledger& ledger);

  // After `foreign`: the board belongs to this meter now, and the other's record may be
  // overwritten. What was sold to the other meter stands at the server.
  void take_over() { locked_ = false; }

  // True only when the record is durable. After a failure the previous record still stands.
  bool save(const Ledger& ledger);

  // True when at least one slot holds, right now, the record of the last load or save.
  bool self_check(const Ledger& ledger);

  uint32_t generation() const { return generation_; }
  uint32_t writes() const { return writes_; }

 private:
  IKeyValue& storage_;
  uint32_t tag_ = 0;
  uint32_t generation_ = 0;
  uint32_t writes_ = 0;
  int newest_ = 1;  // slot of the newest valid record; the other one is written next
  bool locked_ = true;
};

}  // namespace meter
