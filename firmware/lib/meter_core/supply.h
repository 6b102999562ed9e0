// Should the load be supplied? Totals, policy, time and power in; state and reason out. No I/O.
//
// The first of these that applies decides:
//   held              disconnected by command or tamper
//   power_limit       too much power for too long: cools down, comes back a few times, then waits
//   test_supply       a time-limited supply for an electrician, by command
//   credit            balance above zero
//   emergency_credit  accepted with the button; the next recharge repays it first
//   friendly_hours    no disconnection at night or at the week-end (but no connection either)
//   emergency_offered ready: the button accepts the emergency credit
//   out_of_credit
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

const char* name_of(SwitchState state);

// What decided; the list above.
enum class SupplyReason : uint8_t {
  none,  // nothing yet
  held,
  power_limit,
  test_supply,
  credit,
  emergency_credit,
  friendly_hours,
  emergency_offered,
  out_of_credit,
};

const char* name_of(SupplyReason reason);

struct SupplyPolicy {
  uint32_t min_dwell_ms = 0;  // shortest time between two movements of the relay
  uint32_t low_wh = 0;        // below: low credit; 0: no warning
  uint32_t very_low_wh = 0;
  uint32_t emergency_wh = 0;   // 0: no emergency credit
  uint32_t power_limit_w = 0;  // 0: none
  uint32_t power_grace_ms = 30000;
  uint32_t cool_down_ms = 60000;
  uint32_t power_retries = 3;       // returns by itself so often, then waits for the button
  uint32_t friendly_from_hour = 0;  // EAT; equal to friendly_to_hour: none
  uint32_t friendly_to_hour = 0;
  bool friendly_weekend = false;
};

enum class CreditZone { normal, low, very_low, emergency, out };

CreditZone zone_of(const SupplyPolicy& policy, const Ledger& ledger);

// True inside the policy's friendly hours; false while the time is not known.
bool friendly_at(const SupplyPolicy& policy, int64_t epoch_ms);

struct SupplyInputs {
  const Ledger& ledger;
  uint64_t now_ms;
  int64_t epoch_ms;
  uint32_t power_w;
};

class Supply {
 public:
  explicit Supply(const SupplyPolicy& policy) : policy_(policy) {}

  // True when the state changed; state() and reason() then hold the new one.
  bool update(const SupplyInputs& inputs);

  // A person presses the button: a power limit is released. True when that was what it waited for.
  bool release();
  void test_supply_until(uint64_t until_ms) { test_until_ms_ = until_ms; }

  SwitchState state() const { return current_.state; }
  SupplyReason reason() const { return current_.reason; }
  bool offers_emergency() const { return current_.reason == SupplyReason::emergency_offered; }

 private:
  struct Decision {
    SwitchState state = SwitchState::disconnected;
    SupplyReason reason = SupplyReason::none;
  };

  Decision decide(const SupplyInputs& inputs) const;
  void watch_power(const SupplyInputs& inputs);

  const SupplyPolicy& policy_;
  Decision current_;
  uint64_t changed_at_ms_ = 0;
  uint64_t over_since_ms_ = 0;  // power above the limit; 0: it is not
  uint64_t cool_until_ms_ = 0;
  uint64_t tripped_at_ms_ = 0;
  uint64_t test_until_ms_ = 0;
  uint32_t trips_ = 0;
  bool tripped_ = false;
  bool started_ = false;
};

}  // namespace meter
