#include "ledger_store.h"

#include <gtest/gtest.h>

#include "fakes.h"

namespace meter {
namespace {

using test::FakeStorage;
using test::kAllTears;
using test::Tear;

Ledger ledger_number(uint32_t n) {
  Ledger ledger;
  ledger.credited_wh = 1000 * uint64_t{n};
  ledger.withdrawn_wh = n;
  ledger.consumed_wh = 10 * uint64_t{n};
  ledger.consumed_rest_mwh = static_cast<uint16_t>(n % 1000);
  ledger.sequence = n;
  ledger.command_sequence = n / 2;
  ledger.boot_count = 3;
  ledger.hour = 498680 + n;
  ledger.hour_wh = n;
  ledger.flags = kFlagSwitchClosed;
  return ledger;
}

TEST(Ledger, RecordCarriesEveryField) {
  const Ledger ledger = ledger_number(77);
  Ledger back;
  uint32_t generation = 0;
  uint32_t tag = 0;
  ASSERT_TRUE(decode(encode(ledger, 5, 9), back, generation, tag));
  EXPECT_TRUE(back == ledger);
  EXPECT_EQ(generation, 5u);
  EXPECT_EQ(tag, 9u);
}

TEST(Ledger, AnyFlippedBitMakesTheRecordInvalid) {
  const LedgerRecord good = encode(ledger_number(77), 5, 9);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    LedgerRecord bad = good;
    bad[bit / 8] = static_cast<uint8_t>(bad[bit / 8] ^ (1 << (bit % 8)));
    Ledger back;
    uint32_t generation = 0;
    uint32_t tag = 0;
    EXPECT_FALSE(decode(bad, back, generation, tag)) << "bit " << bit;
  }
}

TEST(Ledger, ErasedAndZeroedFlashAreNotRecords) {
  Ledger back;
  uint32_t generation = 0;
  uint32_t tag = 0;
  for (const uint8_t byte : {0x00, 0xff}) {
    LedgerRecord record;
    record.fill(byte);
    EXPECT_FALSE(decode(record, back, generation, tag));
  }
}

TEST(Ledger, ConsumptionCarriesTheRest) {
  Ledger ledger;
  for (int i = 0; i < 3; ++i) ledger.consume(625);
  EXPECT_EQ(ledger.consumed_wh, 1u);
  EXPECT_EQ(ledger.consumed_rest_mwh, 875);
  ledger.consume(4000000000U);
  EXPECT_EQ(ledger.consumed_wh, 4000001u);
  EXPECT_EQ(ledger.hour_wh, 4000001u);
}

TEST(Ledger, BalanceMayBeNegative) {
  Ledger ledger;
  ledger.credited_wh = 10;
  ledger.consumed_wh = 12;
  EXPECT_EQ(ledger.balance_wh(), -2);
}

TEST(LedgerStore, NewBoardIsFresh) {
  FakeStorage storage;
  LedgerStore store(storage);
  Ledger ledger = ledger_number(4);
  EXPECT_EQ(store.load("MTR-001", ledger), LoadResult::fresh);
  EXPECT_TRUE(ledger == Ledger{});
}

TEST(LedgerStore, LastSaveIsRestored) {
  FakeStorage storage;
  LedgerStore store(storage);
  Ledger ledger;
  store.load("MTR-001", ledger);
  for (uint32_t n = 1; n <= 5; ++n) ASSERT_TRUE(store.save(ledger_number(n)));
  LedgerStore again(storage);
  EXPECT_EQ(again.load("MTR-001", ledger), LoadResult::restored);
  EXPECT_TRUE(ledger == ledger_number(5));
  EXPECT_TRUE(again.self_check(ledger));
}

TEST(LedgerStore, RecordOfAnotherMeterIsNeitherUsedNorOverwritten) {
  FakeStorage storage;
  LedgerStore store(storage);
  Ledger ledger;
  store.load("MTR-001", ledger);
  ASSERT_TRUE(store.save(ledger_number(5)));
  const auto before = storage.values;
  LedgerStore other(storage);
  EXPECT_EQ(other.load("MTR-002", ledger), LoadResult::foreign);
  EXPECT_TRUE(ledger == Ledger{});
  EXPECT_FALSE(other.save(ledger_number(6)));
  EXPECT_EQ(storage.values, before);
}

TEST(LedgerStore, TwoDamagedSlotsAreReportedAsDamage) {
  FakeStorage storage;
  storage.values["ledger_a"] = {1, 2, 3};
  LedgerStore store(storage);
  Ledger ledger;
  EXPECT_EQ(store.load("MTR-001", ledger), LoadResult::damaged);
  EXPECT_TRUE(store.save(ledger_number(1)));
  EXPECT_TRUE(store.save(ledger_number(2)));
  EXPECT_EQ(LedgerStore(storage).load("MTR-001", ledger), LoadResult::restored);
}

TEST(LedgerStore, RefusedWriteLeavesTheFormerRecord) {
  FakeStorage storage;
  LedgerStore store(storage);
  Ledger ledger;
  store.load("MTR-001", ledger);
  ASSERT_TRUE(store.save(ledger_number(1)));
  storage.refuse_writes = true;
  EXPECT_FALSE(store.save(ledger_number(2)));
  EXPECT_FALSE(store.save(ledger_number(3)));
  storage.refuse_writes = false;
  EXPECT_TRUE(store.self_check(ledger_number(1)));
  EXPECT_TRUE(store.save(ledger_number(4)));
  EXPECT_TRUE(store.self_check(ledger_number(4)));
}

TEST(LedgerStore, WriteThatDoesNotReadBackIsNotDurable) {
  FakeStorage storage;
  LedgerStore store(storage);
  Ledger ledger;
  store.load("MTR-001", ledger);
  ASSERT_TRUE(store.save(ledger_number(1)));
  storage.corrupt_writes = true;
  EXPECT_FALSE(store.save(ledger_number(2)));
  EXPECT_FALSE(store.save(ledger_number(3)));
  EXPECT_TRUE(store.self_check(ledger_number(1)));
}

// Six saves in a row, power cut at every byte of every one in each tear mode: after the reboot the
// ledger is exactly the former record or exactly the new one, and the next save works.
TEST(LedgerStore, SurvivesAPowerCutAtEveryByteOfEveryWrite) {
  constexpr uint32_t kSaves = 6;
  int cuts = 0;
  for (uint32_t cut_write = 1; cut_write <= kSaves; ++cut_write) {
    for (size_t byte = 0; byte <= LedgerRecord{}.size(); ++byte) {
      for (const Tear tear : kAllTears) {
        FakeStorage storage;
        storage.cut(cut_write, byte, tear);
        LedgerStore store(storage);
        Ledger ledger;
        store.load("MTR-001", ledger);
        uint32_t durable = 0;
        for (uint32_t n = 1; n <= kSaves && !storage.dead; ++n) {
          if (store.save(ledger_number(n))) durable = n;
        }
        ASSERT_EQ(durable, cut_write - 1);
        storage.power_on();
        LedgerStore rebooted(storage);
        rebooted.load("MTR-001", ledger);
        const Ledger former = durable == 0 ? Ledger{} : ledger_number(durable);
        ASSERT_TRUE(ledger == former || ledger == ledger_number(cut_write))
            << "write " << cut_write << " byte " << byte;
        ASSERT_TRUE(rebooted.save(ledger_number(99)));
        ASSERT_EQ(LedgerStore(storage).load("MTR-001", ledger), LoadResult::restored);
        ASSERT_TRUE(ledger == ledger_number(99));
        ++cuts;
      }
    }
  }
  EXPECT_EQ(cuts, 6 * 65 * 6);
}

}  // namespace
}  // namespace meter
