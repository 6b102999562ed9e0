#include "recharge.h"

#include <gtest/gtest.h>

#include "fakes.h"

namespace meter {
namespace {

const Digest kKey = test::test_key();

RechargeEntry entry(const char* id, uint64_t sequence, uint64_t total, uint64_t energy) {
  RechargeEntry e;
  e.transaction_id.assign(id);
  e.sequence = sequence;
  e.credited_total_wh = total;
  e.energy_wh = energy;
  e.mac = recharge_mac(kKey, "MTR-001", e);
  return e;
}

class Recharge : public testing::Test {
 protected:
  Ledger ledger;
  RechargeBook book{"MTR-001", kKey};
};

// The expected value comes from Python's hmac module.
TEST_F(Recharge, MacCoversTheCanonicalString) {
  Digest expected{};
  ASSERT_TRUE(
      parse_hex("2d75e1c4960e94089ee02ec725c37a2fae00c6b9f068f70dbf2ec8646495ad2f", expected));
  EXPECT_EQ(recharge_mac(kKey, "MTR-001", entry("-Nabc", 7, 123456, 2000)), expected);
}

TEST_F(Recharge, FirstEntryIsApplied) {
  EXPECT_EQ(book.offer(entry("a", 1, 500, 500), ledger), Verdict::applied);
  EXPECT_EQ(ledger.credited_wh, 500u);
  EXPECT_EQ(ledger.sequence, 1u);
}

TEST_F(Recharge, NothingIsDueBeforeTheCommit) {
  book.offer(entry("a", 1, 500, 500), ledger);
  EXPECT_EQ(book.due(), 0u);
  book.committed();
  EXPECT_EQ(book.due(), 1u);
}

TEST_F(Recharge, DoubledEntryCreditsOnce) {
  book.offer(entry("a", 1, 500, 500), ledger);
  EXPECT_EQ(book.offer(entry("a", 1, 500, 500), ledger), Verdict::repeated);
  EXPECT_EQ(ledger.credited_wh, 500u);
  book.committed();
  EXPECT_EQ(book.due(), 1u);
}

TEST_F(Recharge, ReorderedEntriesReachTheSameTotal) {
  EXPECT_EQ(book.offer(entry("c", 3, 700, 200), ledger), Verdict::applied);
  EXPECT_EQ(book.offer(entry("a", 1, 300, 300), ledger), Verdict::repeated);
  EXPECT_EQ(book.offer(entry("b", 2, 500, 200), ledger), Verdict::repeated);
  EXPECT_EQ(ledger.credited_wh, 700u);
  book.committed();
  EXPECT_EQ(book.due(), 3u);
}

TEST_F(Recharge, GapDoesNotBlock) {
  book.offer(entry("a", 1, 300, 300), ledger);
  EXPECT_EQ(book.offer(entry("c", 3, 700, 200), ledger), Verdict::applied);
  EXPECT_EQ(ledger.credited_wh, 700u);
}

TEST_F(Recharge, StaleEntryIsAcknowledgedAgainButNotApplied) {
  ledger.credited_wh = 900;
  ledger.sequence = 4;
  EXPECT_EQ(book.offer(entry("a", 1, 300, 300), ledger), Verdict::repeated);
  EXPECT_EQ(ledger.credited_wh, 900u);
  EXPECT_EQ(ledger.sequence, 4u);
}

TEST_F(Recharge, TotalIsRaisedThoughTheSequenceIsKnown) {
  ledger.credited_wh = 100;
  ledger.sequence = 5;
  EXPECT_EQ(book.offer(entry("a", 3, 500, 200), ledger), Verdict::applied);
  EXPECT_EQ(ledger.credited_wh, 500u);
  EXPECT_EQ(ledger.sequence, 5u);
}

TEST_F(Recharge, HigherSequenceNeverLowersTheTotal) {
  ledger.credited_wh = 900;
  ledger.sequence = 2;
  EXPECT_EQ(book.offer(entry("c", 3, 500, 200), ledger), Verdict::applied);
  EXPECT_EQ(ledger.credited_wh, 900u);
  EXPECT_EQ(ledger.sequence, 3u);
}

TEST_F(Recharge, ProcessedEntryIsNotAcknowledged) {
  RechargeEntry done = entry("a", 1, 500, 500);
  done.processed = true;
  ledger.credited_wh = 500;
  ledger.sequence = 1;
  EXPECT_EQ(book.offer(done, ledger), Verdict::settled);
  book.committed();
  EXPECT_EQ(book.due(), 0u);
}

TEST_F(Recharge, ProcessedEntryRestoresALostLedger) {
  RechargeEntry done = entry("a", 1, 500, 500);
  done.processed = true;
  EXPECT_EQ(book.offer(done, ledger), Verdict::applied);
  EXPECT_EQ(ledger.credited_wh, 500u);
  book.committed();
  EXPECT_EQ(book.due(), 0u);
}

TEST_F(Recharge, EveryFieldIsSigned) {
  const RechargeEntry good = entry("a", 1, 500, 400);
  RechargeEntry bad = good;
  bad.transaction_id.assign("b");
  EXPECT_EQ(book.offer(bad, ledger), Verdict::bad_mac);
  bad = good;
  bad.sequence = 2;
  EXPECT_EQ(book.offer(bad, ledger), Verdict::bad_mac);
  bad = good;
  bad.credited_total_wh = 501;
  EXPECT_EQ(book.offer(bad, ledger), Verdict::bad_mac);
  bad = good;
  bad.energy_wh = 401;
  EXPECT_EQ(book.offer(bad, ledger), Verdict::bad_mac);
  bad = good;
  bad.mac[31] ^= 1;
  EXPECT_EQ(book.offer(bad, ledger), Verdict::bad_mac);
  EXPECT_TRUE(ledger == Ledger{});
  EXPECT_EQ(book.offer(good, ledger), Verdict::applied);
}

TEST_F(Recharge, EntrySignedForAnotherMeterIsRefused) {
  RechargeEntry foreign = entry("a", 1, 500, 500);
  foreign.mac = recharge_mac(kKey, "MTR-002", foreign);
  EXPECT_EQ(book.offer(foreign, ledger), Verdict::bad_mac);
}

TEST_F(Recharge, ImpossibleNumbersAreRefusedThoughSigned) {
  EXPECT_EQ(book.offer(entry("a", 0, 500, 500), ledger), Verdict::malformed);
  EXPECT_EQ(book.offer(entry("a", 1, 500, 501), ledger), Verdict::malformed);
  EXPECT_EQ(book.offer(entry("a", uint64_t{1} << 32, 500, 500), ledger), Verdict::malformed);
  EXPECT_EQ(book.offer(entry("a", 1, uint64_t{1} << 53, 500), ledger), Verdict::malformed);
  EXPECT_EQ(book.offer(entry("", 1, 500, 500), ledger), Verdict::malformed);
}

TEST_F(Recharge, WithdrawalLowersTheBalanceNotTheTotal) {
  book.offer(entry("a", 1, 500, 500), ledger);
  ledger.withdrawn_wh = 200;
  book.offer(entry("b", 2, 800, 300), ledger);
  EXPECT_EQ(ledger.credited_wh, 800u);
  EXPECT_EQ(ledger.balance_wh(), 600);
}

TEST_F(Recharge, BatchShowsTheBalanceAfterEachEntry) {
  ledger.withdrawn_wh = 10;
  ledger.consumed_wh = 90;
  book.offer(entry("a", 1, 300, 300), ledger);
  book.offer(entry("b", 2, 500, 200), ledger);
  book.offer(entry("c", 3, 900, 400), ledger);
  book.committed();
  EXPECT_EQ(RechargeBook::balance_after(book.at(0), ledger), 200);
  EXPECT_EQ(RechargeBook::balance_after(book.at(1), ledger), 400);
  EXPECT_EQ(RechargeBook::balance_after(book.at(2), ledger), 800);
}

TEST_F(Recharge, FullQueueStillCreditsAndAsksToReadAgain) {
  constexpr size_t kMore = RechargeBook::kMaxAcknowledgements + 2;
  for (uint64_t n = 1; n <= kMore; ++n) {
    EXPECT_EQ(book.offer(entry(("t" + std::to_string(n)).c_str(), n, 100 * n, 100), ledger),
              Verdict::applied);
  }
  EXPECT_EQ(ledger.credited_wh, 100 * kMore);
  book.committed();
  EXPECT_EQ(book.due(), RechargeBook::kMaxAcknowledgements);
  EXPECT_TRUE(book.take_overflow());
  EXPECT_FALSE(book.take_overflow());
}

TEST_F(Recharge, RemovingKeepsTheOrderOfTheRest) {
  for (uint64_t n = 1; n <= 3; ++n) {
    book.offer(entry(std::to_string(n).c_str(), n, 100 * n, 100), ledger);
  }
  book.committed();
  book.remove("2");
  book.remove("unknown");
  ASSERT_EQ(book.due(), 2u);
  EXPECT_EQ(book.at(0).transaction_id.view(), "1");
  EXPECT_EQ(book.at(1).transaction_id.view(), "3");
}

TEST_F(Recharge, LateEntryWaitsForItsOwnCommit) {
  book.offer(entry("a", 1, 300, 300), ledger);
  book.committed();
  book.offer(entry("b", 2, 500, 200), ledger);
  EXPECT_EQ(book.due(), 1u);
  EXPECT_TRUE(book.uncommitted());
}

}  // namespace
}  // namespace meter
