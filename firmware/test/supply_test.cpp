#include "supply.h"

#include <gtest/gtest.h>

#include <optional>

#include "alerts.h"
#include "daily_use.h"
#include "fakes.h"
#include "meter.h"
#include "open_switch_watch.h"
#include "policy_store.h"

namespace meter {
namespace {

constexpr int64_t kHourMs = 3600000;
constexpr int64_t kSaturdayNoon = 1795251600000;  // 2026-11-21 12:00 EAT
constexpr int64_t kMondayNoon = kSaturdayNoon + 48 * kHourMs;

class SupplyTest : public testing::Test {
 protected:
  bool update(uint64_t advance_ms = 0) {
    now_ms += advance_ms;
    return supply.update({ledger, now_ms, epoch_ms, power_w});
  }

  void balance(int64_t wh) {
    ledger.credited_wh = 1000000;
    ledger.consumed_wh = static_cast<uint64_t>(1000000 - wh);
    update();
  }

  SupplyPolicy policy;
  Supply supply{policy};
  Ledger ledger;
  uint64_t now_ms = 1000;
  int64_t epoch_ms = kMondayNoon;
  uint32_t power_w = 0;
};

TEST_F(SupplyTest, CreditConnectsAndItsEndDisconnects) {
  balance(1);
  EXPECT_EQ(supply.state(), SwitchState::connected);
  EXPECT_EQ(supply.reason(), SupplyReason::credit);
  balance(0);
  EXPECT_EQ(supply.state(), SwitchState::disconnected);
  EXPECT_EQ(supply.reason(), SupplyReason::out_of_credit);
}

TEST_F(SupplyTest, EmergencyCreditWaitsForTheButtonAndEndsAtItsLimit) {
  policy.emergency_wh = 100;
  balance(0);
  EXPECT_EQ(supply.state(), SwitchState::ready);
  EXPECT_TRUE(supply.offers_emergency());
  ledger.flags |= kFlagEmergencyAccepted;
  update();
  EXPECT_EQ(supply.state(), SwitchState::connected);
  EXPECT_EQ(supply.reason(), SupplyReason::emergency_credit);
  balance(-99);
  EXPECT_EQ(supply.state(), SwitchState::connected);
  balance(-100);
  EXPECT_EQ(supply.state(), SwitchState::disconnected);
}

TEST_F(SupplyTest, FriendlyHoursPreventDisconnectionButDoNotConnect) {
  policy.friendly_from_hour = 18;
  policy.friendly_to_hour = 7;
  balance(5);
  epoch_ms = kMondayNoon + 7 * kHourMs;  // 19:00
  balance(-3);
  EXPECT_EQ(supply.state(), SwitchState::connected);
  EXPECT_EQ(supply.reason(), SupplyReason::friendly_hours);
  epoch_ms = kMondayNoon + 19 * kHourMs;  // 07:00
  update();
  EXPECT_EQ(supply.state(), SwitchState::disconnected);
  epoch_ms = kMondayNoon + 31 * kHourMs;
  update();
  EXPECT_EQ(supply.state(), SwitchState::disconnected);
}

TEST_F(SupplyTest, FriendlyWeekendCoversSaturdayAndSunday) {
  policy.friendly_weekend = true;
  EXPECT_TRUE(friendly_at(policy, kSaturdayNoon));
  EXPECT_TRUE(friendly_at(policy, kSaturdayNoon + 24 * kHourMs));
  EXPECT_FALSE(friendly_at(policy, kMondayNoon));
  EXPECT_FALSE(friendly_at(policy, kSaturdayNoon - 24 * kHourMs));
  EXPECT_TRUE(friendly_at(policy, kSaturdayNoon - 12 * kHourMs));
  EXPECT_FALSE(friendly_at(policy, kSaturdayNoon - 12 * kHourMs - 1));
}

TEST_F(SupplyTest, UnknownTimeIsNotFriendly) {
  policy.friendly_weekend = true;
  EXPECT_FALSE(friendly_at(policy, 0));
}

TEST_F(SupplyTest, StoredSwitchPositionCountsAtBootInFriendlyHours) {
  policy.friendly_weekend = true;
  epoch_ms = kSaturdayNoon;
  ledger.flags = kFlagSwitchClosed;
  update();
  EXPECT_EQ(supply.state(), SwitchState::connected);
}

TEST_F(SupplyTest, PowerLimitToleratesAShortPeak) {
  policy.power_limit_w = 5000;
  balance(1000);
  power_w = 9000;
  update(29999);
  power_w = 100;
  update(1000);
  power_w = 9000;
  update(29999);
  EXPECT_EQ(supply.state(), SwitchState::connected);
}

TEST_F(SupplyTest, PowerLimitCoolsDownReturnsAndAtLastWaitsForTheButton) {
  policy.power_limit_w = 5000;
  balance(1000);
  power_w = 9000;
  for (uint32_t trip = 1; trip <= policy.power_retries; ++trip) {
    update(1);
    update(30000);
    ASSERT_EQ(supply.state(), SwitchState::disconnected) << trip;
    ASSERT_EQ(supply.reason(), SupplyReason::power_limit);
    update(59999);
    ASSERT_EQ(supply.state(), SwitchState::disconnected);
    update(1);
    ASSERT_EQ(supply.state(), SwitchState::connected) << trip;
  }
  EXPECT_FALSE(supply.release());
  update(1);
  update(30000);
  EXPECT_EQ(supply.state(), SwitchState::ready);
  update(10 * 3600000);
  EXPECT_EQ(supply.state(), SwitchState::ready);
  EXPECT_TRUE(supply.release());
  update();
  EXPECT_EQ(supply.state(), SwitchState::connected);
}

TEST_F(SupplyTest, HeldBeatsEverythingElse) {
  ledger.flags = kFlagSupplyHeld;
  supply.test_supply_until(now_ms + 1000);
  balance(1000);
  EXPECT_EQ(supply.state(), SwitchState::disconnected);
  EXPECT_EQ(supply.reason(), SupplyReason::held);
}

TEST_F(SupplyTest, TestSupplyEndsByItself) {
  balance(0);
  supply.test_supply_until(now_ms + 60000);
  update();
  EXPECT_EQ(supply.reason(), SupplyReason::test_supply);
  update(60000);
  EXPECT_EQ(supply.state(), SwitchState::disconnected);
}

TEST_F(SupplyTest, ZonesFollowTheBalance) {
  policy.low_wh = 500;
  policy.very_low_wh = 100;
  policy.emergency_wh = 50;
  const std::pair<int64_t, CreditZone> steps[] = {
      {500, CreditZone::normal}, {499, CreditZone::low}, {99, CreditZone::very_low},
      {1, CreditZone::very_low}, {0, CreditZone::out},   {-1, CreditZone::out}};
  for (const auto& [wh, zone] : steps) {
    balance(wh);
    EXPECT_EQ(zone_of(policy, ledger), zone) << wh;
  }
  ledger.flags |= kFlagEmergencyAccepted;
  balance(-49);
  EXPECT_EQ(zone_of(policy, ledger), CreditZone::emergency);
}

TEST(DailyUse, AveragesTheLastSevenDays) {
  DailyUse use;
  EXPECT_EQ(use.days_remaining(1000), -1);
  uint64_t total = 5000;
  for (uint32_t day = 20000; day < 20020; ++day) {
    use.observe(day, total);
    total += day < 20010 ? 9000 : 3000;
    use.observe(day, total);
  }
  EXPECT_EQ(use.average_wh(), 3000u);
  EXPECT_EQ(use.days_remaining(10000), 3);
  EXPECT_EQ(use.days_remaining(0), 0);
  EXPECT_EQ(use.days_remaining(INT64_MAX), 999);
}

TEST(DailyUse, DaysWithoutPowerCountAsDays) {
  DailyUse use;
  use.observe(100, 0);
  use.observe(104, 4000);
  EXPECT_EQ(use.average_wh(), 1000u);
  use.observe(400, 5000);
  EXPECT_EQ(use.average_wh(), 0u);
}

TEST(OpenSwitchWatch, EnergyThroughAnOpenSwitchIsNoticed) {
  OpenSwitchWatch watch;
  watch.observe(false, 1000, 1000);
  watch.observe(false, 2000, 9000);
  EXPECT_FALSE(watch.leaking());
  watch.observe(false, 5000, 4999);
  EXPECT_FALSE(watch.leaking());
  watch.observe(false, 9000, 1);
  EXPECT_TRUE(watch.leaking());
  EXPECT_EQ(watch.leaked_wh(), 5u);
  watch.observe(true, 10000, 1000);
  EXPECT_FALSE(watch.leaking());
}

TEST(Alerts, AnAlertIsToldWhenRaisedAndWhenCleared) {
  test::FakeStorage storage;
  Alerts alerts(storage);
  Alert alert;
  EXPECT_FALSE(alerts.due(alert));
  alerts.set(AlertKind::cover_open, true, 1, 1000);
  alerts.set(AlertKind::cover_open, true, 2, 2000);
  alerts.save_if_changed(2000);
  ASSERT_TRUE(alerts.due(alert));
  EXPECT_EQ(alert.raised_at_ms, 1000);
  EXPECT_EQ(alert.value, 1);
  alerts.told(alert);
  EXPECT_FALSE(alerts.due(alert));
  alerts.set(AlertKind::cover_open, false, 0, 3000);
  ASSERT_TRUE(alerts.due(alert));
  EXPECT_EQ(alert.cleared_at_ms, 3000);
}

TEST(Alerts, OneThatChangesWhileItIsToldIsToldAgain) {
  test::FakeStorage storage;
  Alerts alerts(storage);
  Alert telling;
  alerts.set(AlertKind::cover_open, true, 1, 1000);
  alerts.save_if_changed(1000);
  ASSERT_TRUE(alerts.due(telling));
  alerts.set(AlertKind::cover_open, false, 1, 2000);
  alerts.told(telling);
  Alert again;
  ASSERT_TRUE(alerts.due(again));
  EXPECT_EQ(again.cleared_at_ms, 2000);
}

TEST(Alerts, WaitsUntilTheTimeIsKnown) {
  test::FakeStorage storage;
  Alerts alerts(storage);
  Alert alert;
  alerts.set(AlertKind::cover_open, true, 1, 0);
  EXPECT_FALSE(alerts.due(alert));
  alerts.know_time(5000);
  alerts.save_if_changed(5000);
  ASSERT_TRUE(alerts.due(alert));
  EXPECT_EQ(alert.raised_at_ms, 5000);
}

TEST(Alerts, ABeginningIsToldOnlyOnceItIsStored) {
  test::FakeStorage storage;
  Alerts alerts(storage);
  Alert alert;
  alerts.set(AlertKind::cover_open, true, 1, 1000);
  EXPECT_FALSE(alerts.due(alert));
  storage.refuse_writes = true;
  alerts.save_if_changed(1000);
  EXPECT_TRUE(alerts.due(alert));  // but storage that takes nothing does not silence it
}

TEST(PolicyStore, StoresEveryNumber) {
  test::FakeStorage storage;
  SupplyPolicy policy;
  for (const char* name :
       {"low_wh", "very_low_wh", "emergency_wh", "power_limit_w", "power_grace_ms", "cool_down_ms",
        "power_retries", "friendly_from_hour", "friendly_to_hour", "friendly_weekend"}) {
    EXPECT_TRUE(set_policy_number(policy, name, 1)) << name;
  }
  ASSERT_TRUE(PolicyStore(storage).save(policy));
  SupplyPolicy back;
  PolicyStore(storage).load(back);
  EXPECT_EQ(back.low_wh, 1u);
  EXPECT_EQ(back.power_retries, 1u);
  EXPECT_EQ(back.friendly_to_hour, 1u);
  EXPECT_TRUE(back.friendly_weekend);
}

TEST(PolicyStore, DamagedRecordIsNotUsed) {
  test::FakeStorage storage;
  SupplyPolicy policy;
  policy.low_wh = 77;
  PolicyStore(storage).save(policy);
  storage.values.at("policy_a")[0] ^= 1;
  SupplyPolicy back;
  PolicyStore(storage).load(back);
  EXPECT_EQ(back.low_wh, 0u);
}

class MeterFeatures : public testing::Test {
 protected:
  void boot() {
    config.meter_id = "MTR-001";
    meter.emplace(config, MeterPorts{storage, &warm, clock, energy, relay, log});
    meter->begin();
    meter->update_supply();
  }

  void use(uint32_t mwh) {
    energy.pending_mwh = mwh;
    meter->poll();
  }

  Config config;
  test::FakeClock clock;
  test::FakeStorage storage;
  test::FakeStorage warm;
  test::FakeEnergy energy;
  test::FakeSwitch relay;
  test::FakeLog log;
  std::optional<Meter> meter;
};

TEST_F(MeterFeatures, WarmResetLosesNoEnergy) {
  boot();
  meter->ledger().credited_wh = 1000;
  meter->commit();
  use(7500);
  boot();
  EXPECT_EQ(meter->ledger().consumed_wh, 7u);
  EXPECT_EQ(meter->ledger().consumed_rest_mwh, 500);
}

TEST_F(MeterFeatures, WarmMemoryNeverAddsCredit) {
  boot();
  meter->ledger().credited_wh = 10;
  meter->poll();
  meter->ledger().credited_wh = 1000;
  use(500);
  boot();
  EXPECT_EQ(meter->ledger().credited_wh, 10u);
  EXPECT_EQ(meter->ledger().consumed_rest_mwh, 500);
}

TEST_F(MeterFeatures, StaleWarmMemoryIsIgnored) {
  boot();
  meter->ledger().credited_wh = 1000;
  meter->commit();
  use(7500);
  const auto stale = warm.values;
  use(20000);
  warm.values = stale;
  boot();
  EXPECT_EQ(meter->ledger().consumed_wh, 27u);
}

TEST_F(MeterFeatures, WarmMemoryOfAnotherRecordIsIgnored) {
  boot();
  meter->ledger().credited_wh = 1000;
  meter->commit();
  const auto earlier = storage.values;
  use(20000);
  storage.values = earlier;
  boot();
  EXPECT_EQ(meter->ledger().consumed_wh, 0u);
}

TEST_F(MeterFeatures, ButtonAcceptsEmergencyCreditAndTheRechargeRepaysItFirst) {
  config.supply.emergency_wh = 100;
  boot();
  meter->ledger().credited_wh = 10;
  use(10000);
  EXPECT_FALSE(relay.closed);
  EXPECT_EQ(meter->supply().state(), SwitchState::ready);
  meter->press_button();
  EXPECT_TRUE(relay.closed);
  use(60000);
  EXPECT_EQ(meter->ledger().balance_wh(), -60);
  boot();
  EXPECT_TRUE(relay.closed);
  meter->ledger().credited_wh += 200;
  meter->update_supply();
  EXPECT_EQ(meter->ledger().balance_wh(), 140);
  use(140000);
  EXPECT_EQ(meter->supply().state(), SwitchState::ready) << "accepted anew each time";
}

TEST_F(MeterFeatures, LeakThroughTheOpenSwitchIsCountedAndTold) {
  boot();
  for (int i = 0; i < 10; ++i) {
    clock.now_ms += 1000;
    use(1000);
  }
  EXPECT_TRUE(meter->alerts().raised(AlertKind::switch_leaking));
  EXPECT_EQ(meter->ledger().consumed_wh, 10u);
}

TEST_F(MeterFeatures, NewMeterIsNotOutOfCredit) {
  boot();
  meter->poll();
  EXPECT_FALSE(meter->alerts().raised(AlertKind::out_of_credit));
}

TEST_F(MeterFeatures, DamagedStorageIsToldAsAnAlert) {
  storage.values["ledger_a"] = {1};
  boot();
  EXPECT_TRUE(meter->alerts().raised(AlertKind::storage_damaged));
}

}  // namespace
}  // namespace meter
