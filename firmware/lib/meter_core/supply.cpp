#include "supply.h"

#include "calendar.h"
#include "division.h"

namespace meter {
namespace {

constexpr uint32_t kHourMs = 3600000;
constexpr uint64_t kForgetTripsMs = 3600000;  // an hour without a trip: start counting again

}  // namespace

const char* name_of(SwitchState state) {
  constexpr const char* kNames[] = {"connected", "disconnected", "ready"};
  return kNames[static_cast<size_t>(state)];
}

const char* name_of(SupplyReason reason) {
  constexpr const char* kNames[] = {"",
                                    "held",
                                    "power_limit",
                                    "test_supply",
                                    "credit",
                                    "emergency_credit",
                                    "friendly_hours",
                                    "emergency_offered",
                                    "out_of_credit"};
  return kNames[static_cast<size_t>(reason)];
}

CreditZone zone_of(const SupplyPolicy& policy, const Ledger& ledger) {
  const int64_t balance = ledger.balance_wh();
  if (balance <= 0) {
    const bool accepted = (ledger.flags & kFlagEmergencyAccepted) != 0;
    return accepted && balance > -int64_t{policy.emergency_wh} ? CreditZone::emergency
                                                               : CreditZone::out;
  }
  if (balance < int64_t{policy.very_low_wh}) return CreditZone::very_low;
  return balance < int64_t{policy.low_wh} ? CreditZone::low : CreditZone::normal;
}

bool friendly_at(const SupplyPolicy& policy, int64_t epoch_ms) {
  if (epoch_ms <= 0) return false;
  const auto local =
      static_cast<uint32_t>(divide(static_cast<uint64_t>(epoch_ms), kHourMs).quotient) + kEatHours;
  const uint32_t weekday = (local / 24 + 3) % 7;  // 1970-01-01 was a Thursday; 0 is Monday
  if (policy.friendly_weekend && weekday >= 5) return true;
  const uint32_t hour = local % 24;
  const uint32_t from = policy.friendly_from_hour;
  const uint32_t to = policy.friendly_to_hour;
  if (from <= to) return hour >= from && hour < to;
  return hour >= from || hour < to;
}

bool Supply::update(const SupplyInputs& inputs) {
  watch_power(inputs);
  const Decision wanted = decide(inputs);
  if (started_ && wanted.state == current_.state) {
    current_.reason = wanted.reason;
    return false;
  }
  if (started_ && inputs.now_ms - changed_at_ms_ < policy_.min_dwell_ms) return false;
  current_ = wanted;
  changed_at_ms_ = inputs.now_ms;
  started_ = true;
  return true;
}

Supply::Decision Supply::decide(const SupplyInputs& inputs) const {
  const Ledger& ledger = inputs.ledger;
  if ((ledger.flags & kFlagSupplyHeld) != 0) return {SwitchState::disconnected, SupplyReason::held};
  if (tripped_) {
    const bool waits = trips_ > policy_.power_retries;
    return {waits ? SwitchState::ready : SwitchState::disconnected, SupplyReason::power_limit};
  }
  if (inputs.now_ms < test_until_ms_) return {SwitchState::connected, SupplyReason::test_supply};
  const CreditZone zone = zone_of(policy_, ledger);
  if (zone == CreditZone::emergency)
    return {SwitchState::connected, SupplyReason::emergency_credit};
  if (zone != CreditZone::out) return {SwitchState::connected, SupplyReason::credit};
  const bool closed =
      started_ ? current_.state == SwitchState::connected : (ledger.flags & kFlagSwitchClosed) != 0;
  if (closed && friendly_at(policy_, inputs.epoch_ms)) {
    return {SwitchState::connected, SupplyReason::friendly_hours};
  }
  const bool accepted = (ledger.flags & kFlagEmergencyAccepted) != 0;
  if (!accepted && ledger.balance_wh() > -int64_t{policy_.emergency_wh}) {
    return {SwitchState::ready, SupplyReason::emergency_offered};
  }
  return {SwitchState::disconnected, SupplyReason::out_of_credit};
}

void Supply::watch_power(const SupplyInputs& inputs) {
  const uint64_t now = inputs.now_ms;
  if (policy_.power_limit_w == 0) {
    tripped_ = false;
    return;
  }
  if (tripped_) {
    if (trips_ <= policy_.power_retries && now >= cool_until_ms_) tripped_ = false;
    return;
  }
  if (trips_ > 0 && now - tripped_at_ms_ >= kForgetTripsMs) trips_ = 0;
  const bool over =
      current_.state == SwitchState::connected && inputs.power_w > policy_.power_limit_w;
  if (!over) {
    over_since_ms_ = 0;
    return;
  }
  if (over_since_ms_ == 0) over_since_ms_ = now;
  if (now - over_since_ms_ < policy_.power_grace_ms) return;
  tripped_ = true;
  over_since_ms_ = 0;
  tripped_at_ms_ = now;
  cool_until_ms_ = now + policy_.cool_down_ms;
  ++trips_;
}

bool Supply::release() {
  if (!tripped_ || trips_ <= policy_.power_retries) return false;
  tripped_ = false;
  trips_ = 0;
  return true;
}

}  // namespace meter
