#include "supply.h"

namespace meter {

std::string_view name_of(SwitchState state) {
  switch (state) {
    case SwitchState::connected:
      return "connected";
    case SwitchState::disconnected:
      return "disconnected";
    case SwitchState::ready:
      return "ready";
  }
  return "disconnected";
}

bool Supply::update(const Ledger& ledger, uint64_t now_ms) {
  const SupplyDecision wanted = decide(ledger);
  if (started_ && wanted.state == current_.state) return false;
  if (started_ && now_ms - changed_at_ms_ < policy_.min_dwell_ms) return false;
  current_ = wanted;
  changed_at_ms_ = now_ms;
  started_ = true;
  return true;
}

SupplyDecision Supply::decide(const Ledger& ledger) const {
  if ((ledger.flags & kFlagSupplyHeld) != 0) return {SwitchState::disconnected, "held"};
  if (ledger.balance_wh() <= 0) return {SwitchState::disconnected, "out_of_credit"};
  return {SwitchState::connected, "credit"};
}

}  // namespace meter
