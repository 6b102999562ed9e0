#include "ledger_store.h"

namespace meter {
namespace {

constexpr std::string_view kSlots[2] = {"ledger_a", "ledger_b"};

}  // namespace

LoadResult LedgerStore::load(std::string_view meter_id, Ledger& ledger) {
  tag_ = meter_tag(meter_id);
  generation_ = 0;
  newest_ = 1;
  locked_ = false;
  bool found = false;
  bool foreign = false;
  bool damaged = false;
  for (int slot = 0; slot < 2; ++slot) {
    LedgerRecord record;
    const size_t size = storage_.read(kSlots[slot], record.data(), record.size());
    if (size == 0) continue;
    Ledger candidate;
    uint32_t generation = 0;
    uint32_t tag = 0;
    if (size != record.size() || !decode(record, candidate, generation, tag)) {
      damaged = true;
      continue;
    }
    if (tag != tag_) {
      foreign = true;
      continue;
    }
    if (!found || generation > generation_) {
      found = true;
      ledger = candidate;
      generation_ = generation;
      newest_ = slot;
    }
  }
  if (found) return LoadResult::restored;
  ledger = Ledger{};
  if (foreign) {
    locked_ = true;
    return LoadResult::foreign;
  }
  return damaged ? LoadResult::damaged : LoadResult::fresh;
}

bool LedgerStore::save(const Ledger& ledger) {
  if (locked_) return false;
  const int slot = 1 - newest_;
  const uint32_t generation = generation_ + 1;
  const LedgerRecord record = encode(ledger, generation, tag_);
  ++writes_;
  if (!storage_.write(kSlots[slot], record.data(), record.size())) return false;
  LedgerRecord back;
  if (storage_.read(kSlots[slot], back.data(), back.size()) != back.size() || back != record) {
    return false;
  }
  generation_ = generation;
  newest_ = slot;
  return true;
}

bool LedgerStore::self_check(const Ledger& ledger) {
  LedgerRecord back;
  if (storage_.read(kSlots[newest_], back.data(), back.size()) != back.size()) return false;
  return back == encode(ledger, generation_, tag_);
}

}  // namespace meter
