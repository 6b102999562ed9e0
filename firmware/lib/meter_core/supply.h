// Should the load be supplied? Pure: totals and policy in, decision and reason out.
#pragma once

#include <cstdint>
#include <string_view>

#include "ledger.h"

namespace meter {

enum class SwitchState {
  connected,
  disconnected,
  ready,  // may be connected, waits for a person to press the button
};

std::string_view name_of(SwitchState state);

struct SupplyPolicy {
  uint32_t min_dwell_ms = 0;  // shortest time between two movements of the relay
};

struct SupplyDecision {
  SwitchState state = SwitchState::disconnected;
  std::string_view reason;
};

class Supply {
 public:
  explicit Supply(const SupplyPolicy& policy) : policy_(policy) {}

  // True when the state changed; state() and reason() then hold the new one.
  bool update(const Ledger& ledger, uint64_t now_ms);

  SwitchState state() const { return current_.state; }
  std::string_view reason() const { return current_.reason; }

 private:
  SupplyDecision decide(const Ledger& ledger) const;

  const SupplyPolicy& policy_;
  SupplyDecision current_;
  uint64_t changed_at_ms_ = 0;
  bool started_ = false;
};

}  // namespace meter
