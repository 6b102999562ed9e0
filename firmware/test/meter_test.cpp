#include "meter.h"

#include <gtest/gtest.h>

#include <optional>

#include "backoff.h"
#include "fakes.h"
#include "hours.h"
#include "pulse.h"
#include "requests.h"
#include "simulated_load.h"

namespace meter {
namespace {

TEST(PulseEnergy, CarriesTheRestForEveryConstant) {
  for (const uint32_t constant : {1U, 7U, 800U, 1000U, 1200U, 1600U, 3200U, 6400U, 100000U}) {
    PulseEnergy pulses(constant);
    uint64_t total_mwh = 0;
    for (uint32_t i = 0; i < constant; ++i) total_mwh += pulses.add(1);
    EXPECT_EQ(total_mwh, 1000000u) << constant;
  }
}

TEST(PulseEnergy, PowerFollowsFromTheInterval) {
  EXPECT_EQ(PulseEnergy(1000).power_w(3600), 1000u);
  EXPECT_EQ(PulseEnergy(3200).power_w(49), 22959u);
  EXPECT_EQ(PulseEnergy(1000).power_w(0), 0u);
}

class MeterTest : public testing::Test {
 protected:
  void SetUp() override { boot(); }

  void boot() {
    meter.emplace(config, MeterPorts{storage, nullptr, clock, energy, relay, log});
    loaded = meter->begin();
    meter->update_supply();
  }

  void credit(uint64_t wh) {
    meter->ledger().credited_wh += wh;
    meter->commit();
    meter->poll();
  }

  void use(uint32_t mwh) {
    energy.pending_mwh = mwh;
    meter->poll();
  }

  Ledger stored() {
    Ledger ledger;
    LedgerStore(storage).load("MTR-001", ledger);
    return ledger;
  }

  static Config make_config() {
    Config c;
    c.meter_id = "MTR-001";
    return c;
  }

  Config config = make_config();
  test::FakeClock clock;
  test::FakeStorage storage;
  test::FakeEnergy energy;
  test::FakeSwitch relay;
  test::FakeLog log;
  std::optional<Meter> meter;
  LoadResult loaded = LoadResult::fresh;
};

TEST_F(MeterTest, StartsOpenWithoutCredit) {
  EXPECT_EQ(loaded, LoadResult::fresh);
  EXPECT_FALSE(relay.closed);
  EXPECT_EQ(meter->supply().reason(), SupplyReason::out_of_credit);
}

TEST_F(MeterTest, ClosesWithCreditAndOpensAtZero) {
  credit(2);
  EXPECT_TRUE(relay.closed);
  use(1999);
  EXPECT_TRUE(relay.closed);
  use(1);
  EXPECT_FALSE(relay.closed);
  EXPECT_EQ(log.last("switch")->texts.at("reason"), "out_of_credit");
}

TEST_F(MeterTest, SwitchMovementIsSavedAtOnce) {
  credit(2);
  use(2000);
  EXPECT_EQ(stored().consumed_wh, 2u);
  EXPECT_EQ(stored().flags & kFlagSwitchClosed, 0);
}

TEST_F(MeterTest, ConsumptionIsSavedEveryTenWattHours) {
  credit(1000);
  const size_t before = storage.writes;
  for (int i = 0; i < 9; ++i) use(1000);
  EXPECT_EQ(storage.writes, before);
  use(1000);
  EXPECT_EQ(storage.writes, before + 1);
  EXPECT_EQ(stored().consumed_wh, 10u);
}

TEST_F(MeterTest, ConsumptionIsSavedEveryMinuteOnlyIfChanged) {
  credit(1000);
  use(500);
  const size_t before = storage.writes;
  clock.now_ms += 60001;
  meter->poll();
  EXPECT_EQ(storage.writes, before + 1);
  clock.now_ms += 600000;
  meter->poll();
  EXPECT_EQ(storage.writes, before + 1);
}

TEST_F(MeterTest, RefusedWriteIsTriedAgainAfterASecond) {
  credit(1000);
  storage.refuse_writes = true;
  use(10000);
  const size_t tries = storage.writes;
  meter->poll();
  EXPECT_EQ(storage.writes, tries);
  storage.refuse_writes = false;
  clock.now_ms += 1000;
  meter->poll();
  EXPECT_EQ(stored().consumed_wh, 10u);
}

TEST_F(MeterTest, BootIsCountedAndDurable) {
  boot();
  boot();
  EXPECT_EQ(stored().boot_count, 3u);
}

TEST_F(MeterTest, DwellDelaysTheNextMovement) {
  config.supply.min_dwell_ms = 10000;
  boot();
  credit(5);
  EXPECT_FALSE(relay.closed);
  clock.now_ms += 10000;
  meter->poll();
  EXPECT_TRUE(relay.closed);
}

TEST_F(MeterTest, HeldSupplyStaysOpenDespiteCredit) {
  credit(5);
  meter->ledger().flags |= kFlagSupplyHeld;
  meter->poll();
  EXPECT_FALSE(relay.closed);
  EXPECT_EQ(meter->supply().reason(), SupplyReason::held);
}

TEST_F(MeterTest, EnergyBeforeTheTimeIsKnownBelongsToTheFirstHour) {
  clock.epoch_known = false;
  credit(100);
  use(3000);
  EXPECT_EQ(meter->ledger().hour, 0u);
  clock.epoch_known = true;
  use(4000);
  EXPECT_EQ(meter->ledger().hour_wh, 7u);
  clock.now_ms += 3600000;
  meter->poll();
  EXPECT_EQ(meter->hours().waiting(), 1u);
  EXPECT_EQ(meter->hours().next(meter->ledger()).energy_wh, 7u);
}

TEST_F(MeterTest, ClockThatWasYearsAheadDoesNotStopTheHours) {
  credit(100);
  use(1000);
  const uint64_t right_ms = clock.now_ms;
  clock.now_ms += uint64_t{10} * 365 * 24 * 3600000;
  use(2000);
  clock.now_ms = right_ms + 1000;
  use(3000);
  const auto hour = static_cast<uint32_t>(clock.epoch_ms() / 3600000);
  EXPECT_EQ(meter->ledger().hour, hour);
  clock.now_ms += 3600000;
  meter->poll();
  EXPECT_EQ(meter->hours().waiting(), 1u);
  EXPECT_EQ(meter->ledger().consumed_wh, 6u);
}

TEST_F(MeterTest, ClockSetBackDoesNotReopenAnHour) {
  credit(100);
  use(3000);
  const uint32_t hour = meter->ledger().hour;
  clock.now_ms += 3600000;
  use(1000);
  clock.now_ms -= 3600000;
  use(1000);
  EXPECT_EQ(meter->ledger().hour, hour + 1);
  EXPECT_EQ(meter->ledger().hour_wh, 1u);
}

TEST(SimulatedLoad, SwitchOpensWithinOnePulseHoweverFastTimeRuns) {
  test::FakeClock clock;
  test::FakeStorage storage;
  test::FakeLog log;
  SimulatedLoad load(clock, 5000, 3200, 3600);
  Config config;
  config.meter_id = "MTR-001";
  Meter meter(config, {storage, nullptr, clock, load, load, log});
  meter.begin();
  meter.ledger().credited_wh = 100;
  for (int i = 0; i < 10; ++i) {
    meter.poll();
    clock.now_ms += 50;
  }
  EXPECT_EQ(meter.ledger().balance_wh(), 0);
  EXPECT_EQ(meter.supply().state(), SwitchState::disconnected);
  EXPECT_EQ(meter.power_w(), 0u);
}

TEST(SimulatedLoad, CountsEveryPulse) {
  test::FakeClock clock;
  SimulatedLoad load(clock, 1000, 800, 1);
  load.set(true);
  uint64_t total_mwh = 0;
  for (int second = 0; second < 3600; ++second) {
    clock.now_ms += 1000;
    EnergyReading reading;
    do {
      reading = load.read();
      total_mwh += reading.energy_mwh;
    } while (reading.more);
  }
  EXPECT_EQ(total_mwh, 1000000u);
}

TEST(History, KeyIsDayAndHourInEastAfricaTime) {
  EXPECT_EQ(history_key(0).view(), "1970-01-01/03");
  EXPECT_EQ(history_key(498680).view(), "2026-11-21/11");
  EXPECT_EQ(history_key(498693).view(), "2026-11-22/00");
  EXPECT_EQ(history_key(474765).view(), "2024-02-29/00");
  EXPECT_EQ(history_key(474788).view(), "2024-02-29/23");
  EXPECT_EQ(history_key(474789).view(), "2024-03-01/00");
}

TEST(Hours, FullQueueMergesTheOldestAndKeepsTheSum) {
  test::FakeStorage storage;
  Hours hours(storage);
  Ledger ledger;
  uint64_t added = 0;
  for (uint32_t i = 0; i < Hours::kMax + 10; ++i) {
    hours.add({1000 + i, i});
    added += i;
  }
  EXPECT_EQ(hours.waiting(), Hours::kMax);
  uint64_t told = 0;
  while (hours.waiting() > 0) {
    const ClosedHour next = hours.next(ledger);
    told += next.energy_wh;
    hours.told(next, 0);
  }
  EXPECT_EQ(told, added);
}

TEST(Hours, TheOneBeingToldIsNeverMergedIntoAnother) {
  test::FakeStorage storage;
  Hours hours(storage);
  for (uint32_t i = 0; i < Hours::kMax; ++i) hours.add({1000 + i, 10});
  const ClosedHour in_flight = hours.next(Ledger{});
  hours.add({1000 + Hours::kMax, 10});
  hours.told(in_flight, 0);
  uint64_t told = in_flight.energy_wh;
  while (hours.waiting() > 0) {
    const ClosedHour next = hours.next(Ledger{});
    told += next.energy_wh;
    hours.told(next, 0);
  }
  EXPECT_EQ(told, 10 * (Hours::kMax + 1));
}

TEST(Hours, AnHourAddedTwiceIsOne) {
  test::FakeStorage storage;
  Hours hours(storage);
  hours.add({1000, 5});
  hours.add({1001, 7});
  hours.add({1001, 6});
  Hours again(storage);
  again.begin();
  EXPECT_EQ(again.waiting(), 2u);
  again.told({1000, 5}, 0);
  EXPECT_EQ(again.next(Ledger{}).energy_wh, 7u);
}

TEST(Backoff, GrowsWithJitterUpToItsLimit) {
  Backoff backoff(1000, 60000, 42);
  uint32_t limit = 1000;
  for (int i = 0; i < 40; ++i) {
    const uint32_t wait = backoff.next_ms();
    EXPECT_LE(wait, limit);
    EXPECT_GE(wait, limit / 2);
    limit = limit * 2 > 60000 ? 60000 : limit * 2;
  }
  backoff.succeeded();
  EXPECT_LE(backoff.next_ms(), 1000u);
}

TEST(Backoff, TwoMetersDoNotWaitAlike) {
  Backoff one(1000, 60000, 1);
  Backoff two(1000, 60000, 2);
  int same = 0;
  for (int i = 0; i < 20; ++i) same += one.next_ms() == two.next_ms() ? 1 : 0;
  EXPECT_LT(same, 5);
}

}  // namespace
}  // namespace meter
