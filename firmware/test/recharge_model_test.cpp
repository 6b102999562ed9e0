// Every history of a few recharges, explored exhaustively over the real code: entries delivered in
// any order, twice, stale or not at all; acknowledgements lost or doubled; crashes before, in and
// after the commit; the storage lost once.
#include <gtest/gtest.h>

#include <deque>
#include <set>
#include <string>

#include "fakes.h"
#include "ledger_store.h"
#include "recharge.h"

namespace meter {
namespace {

using test::FakeStorage;
using test::Tear;

constexpr size_t kEntries = 3;
constexpr int kCrashes = 2;
const Digest kKey = test::test_key();
constexpr uint64_t kEnergy[kEntries] = {300, 50, 700};

uint64_t total_up_to(size_t count) {
  uint64_t total = 0;
  for (size_t i = 0; i < count; ++i) total += kEnergy[i];
  return total;
}

struct World {
  size_t sold = 0;
  bool processed[kEntries] = {};
  uint64_t reported_credit = 0;  // told together with each acknowledgement
  uint64_t reported_sequence = 0;
  int crashes = 0;
  bool storage_was_lost = false;
  FakeStorage storage;
  Ledger ledger;
  RechargeBook book{"MTR-001", kKey};
};

RechargeEntry entry_of(const World& world, size_t index, bool stale) {
  RechargeEntry entry;
  entry.transaction_id.assign(Decimal::of(index).view());
  entry.sequence = index + 1;
  entry.energy_wh = kEnergy[index];
  entry.credited_total_wh = total_up_to(index + 1);
  entry.mac = recharge_mac(kKey, "MTR-001", entry);
  entry.processed = world.processed[index] && !stale;
  return entry;
}

Ledger durable(World& world) {
  Ledger ledger;
  LedgerStore(world.storage).load("MTR-001", ledger);
  return ledger;
}

std::string key_of(World& world) {
  std::string key;
  const auto add = [&key](uint64_t value) { key += std::string(Decimal::of(value).view()) + ","; };
  add(world.sold);
  for (const bool processed : world.processed) add(processed ? 1 : 0);
  add(world.reported_credit);
  add(static_cast<uint64_t>(world.crashes));
  add(world.storage_was_lost ? 1 : 0);
  add(world.ledger.credited_wh);
  add(world.ledger.sequence);
  const Ledger stored = durable(world);
  add(stored.credited_wh);
  add(stored.sequence);
  add(world.book.due());
  for (size_t i = 0; i < world.book.queued(); ++i) {
    key += std::string(world.book.at(i).transaction_id.view()) + ";";
  }
  return key;
}

void deliver(World& world, size_t index, bool stale) {
  world.book.offer(entry_of(world, index, stale), world.ledger);
}

bool save(World& world) {
  LedgerStore store(world.storage);
  Ledger ignored;
  store.load("MTR-001", ignored);
  return store.save(world.ledger);
}

void commit(World& world) {
  if (save(world)) world.book.committed();
}

// The server takes the acknowledgement together with the registers; the answer may get lost.
void acknowledge(World& world, bool answer_lost) {
  const TransactionId id = world.book.at(0).transaction_id;
  uint64_t index = 0;
  ASSERT_TRUE(parse_decimal(id.view(), index));
  world.processed[index] = true;
  world.reported_credit = world.ledger.credited_wh;
  world.reported_sequence = world.ledger.sequence;
  if (!answer_lost) world.book.remove(id.view());
}

World rebooted(const World& world) {
  World next;
  next.sold = world.sold;
  for (size_t i = 0; i < kEntries; ++i) next.processed[i] = world.processed[i];
  next.reported_credit = world.reported_credit;
  next.reported_sequence = world.reported_sequence;
  next.crashes = world.crashes + 1;
  next.storage_was_lost = world.storage_was_lost;
  next.storage = world.storage;
  next.storage.power_on();
  next.ledger = durable(next);
  if (next.reported_credit > next.ledger.credited_wh)
    next.ledger.credited_wh = next.reported_credit;
  if (next.reported_sequence > next.ledger.sequence) {
    next.ledger.sequence = static_cast<uint32_t>(next.reported_sequence);
  }
  return next;
}

World crashed_in_commit(const World& world, Tear tear, size_t byte) {
  World torn = world;
  torn.storage.cut(1, byte, tear);
  save(torn);
  return rebooted(torn);
}

World storage_lost(const World& world) {
  World erased = world;
  erased.storage.values.clear();
  erased.storage_was_lost = true;
  return rebooted(erased);
}

std::deque<World> successors(const World& world) {
  std::deque<World> next;
  const auto branch = [&next, &world]() -> World& { return next.emplace_back(world); };
  if (world.sold < kEntries) ++branch().sold;
  for (size_t i = 0; i < world.sold; ++i) {
    deliver(branch(), i, false);
    if (world.processed[i]) deliver(branch(), i, true);
  }
  commit(branch());
  if (world.book.due() > 0) {
    acknowledge(branch(), false);
    acknowledge(branch(), true);
  }
  if (world.crashes < kCrashes) {
    next.push_back(rebooted(world));
    next.push_back(crashed_in_commit(world, Tear::key_lost, 0));
    next.push_back(crashed_in_commit(world, Tear::old_tail, 40));
    next.push_back(crashed_in_commit(world, Tear::complete, 64));
    if (!world.storage_was_lost) next.push_back(storage_lost(world));
  }
  return next;
}

void expect_safe(World& world) {
  const uint64_t sold = total_up_to(world.sold);
  const Ledger stored = durable(world);
  ASSERT_LE(world.ledger.credited_wh, sold);
  ASSERT_LE(stored.credited_wh, sold);
  if (world.storage_was_lost) return;
  for (size_t i = 0; i < world.sold; ++i) {
    if (!world.processed[i]) continue;
    ASSERT_GE(stored.credited_wh, total_up_to(i + 1)) << "acknowledged before it was durable";
  }
}

// Left alone with a working network, every history ends with exactly what was sold.
void expect_convergence(const World& from) {
  World world = rebooted(from);
  for (size_t i = 0; i < world.sold; ++i) deliver(world, i, false);
  commit(world);
  while (world.book.due() > 0) acknowledge(world, false);
  ASSERT_EQ(durable(world).credited_wh, total_up_to(world.sold));
  for (size_t i = 0; i < world.sold; ++i) ASSERT_TRUE(world.processed[i]);
}

TEST(RechargeModel, EveryHistoryEndsWithExactlyWhatWasSold) {
  constexpr size_t kMostStates = 200000;
  std::set<std::string> seen;
  std::deque<World> frontier;
  frontier.emplace_back();
  seen.insert(key_of(frontier.front()));
  while (!frontier.empty()) {
    World world = frontier.front();
    frontier.pop_front();
    expect_safe(world);
    expect_convergence(world);
    if (HasFatalFailure()) FAIL() << key_of(world);
    for (World& next : successors(world)) {
      if (seen.insert(key_of(next)).second) frontier.push_back(next);
    }
    ASSERT_LT(seen.size(), kMostStates);
  }
  EXPECT_GT(seen.size(), 1000u);
  RecordProperty("states", static_cast<int>(seen.size()));
}

}  // namespace
}  // namespace meter
