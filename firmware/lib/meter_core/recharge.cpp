#include "recharge.h"

namespace meter {
namespace {

// Totals stay exact in the database's numbers (IEEE doubles) and in signed 64-bit differences.
constexpr uint64_t kMaxTotalWh = (uint64_t{1} << 53) - 1;
constexpr uint64_t kMaxSequence = UINT32_MAX - 1;

bool plausible(const RechargeEntry& entry) {
  // '|' separates the fields of the signed text.
  const std::string_view id = entry.transaction_id.view();
  if (id.empty() || id.find('|') != std::string_view::npos) return false;
  return entry.transaction_id.whole() && entry.sequence >= 1 && entry.sequence <= kMaxSequence &&
         entry.credited_total_wh <= kMaxTotalWh && entry.energy_wh <= entry.credited_total_wh;
}

}  // namespace

Digest recharge_mac(const Digest& device_key, std::string_view meter_id,
                    const RechargeEntry& entry) {
  HmacSha256 mac(device_key.data(), device_key.size());
  mac.update(meter_id);
  mac.update("|");
  mac.update(entry.transaction_id.view());
  for (const uint64_t number : {entry.sequence, entry.credited_total_wh, entry.energy_wh}) {
    mac.update("|");
    mac.update(Decimal::of(number).view());
  }
  return mac.finish();
}

Verdict RechargeBook::offer(const RechargeEntry& entry, Ledger& ledger) {
  if (!plausible(entry)) return Verdict::malformed;
  if (!equal_in_constant_time(recharge_mac(device_key_, meter_id_, entry), entry.mac)) {
    return Verdict::bad_mac;
  }
  bool raised = false;
  if (entry.credited_total_wh > ledger.credited_wh) {
    ledger.credited_wh = entry.credited_total_wh;
    raised = true;
  }
  if (entry.sequence > ledger.sequence) {
    ledger.sequence = static_cast<uint32_t>(entry.sequence);
    raised = true;
  }
  // A processed entry still raises the totals: it restores a board whose storage was lost.
  if (entry.processed) return raised ? Verdict::applied : Verdict::settled;
  enqueue(entry);
  return raised ? Verdict::applied : Verdict::repeated;
}

void RechargeBook::enqueue(const RechargeEntry& entry) {
  for (size_t i = 0; i < count_; ++i) {
    if (queue_[i].transaction_id.view() == entry.transaction_id.view()) return;
  }
  if (count_ == kMaxAcknowledgements) {
    overflow_ = true;
    return;
  }
  queue_[count_++] = {entry.transaction_id, entry.credited_total_wh, false};
}

bool RechargeBook::take_overflow() {
  const bool overflow = overflow_;
  overflow_ = false;
  return overflow;
}

void RechargeBook::committed() {
  for (size_t i = 0; i < count_; ++i) queue_[i].durable = true;
}

size_t RechargeBook::due() const {
  size_t durable = 0;
  while (durable < count_ && queue_[durable].durable) ++durable;
  return durable;
}

void RechargeBook::remove(std::string_view transaction_id) {
  for (size_t i = 0; i < count_; ++i) {
    if (queue_[i].transaction_id.view() != transaction_id) continue;
    for (size_t j = i + 1; j < count_; ++j) queue_[j - 1] = queue_[j];
    --count_;
    return;
  }
}

int64_t RechargeBook::balance_after(const Acknowledgement& entry, const Ledger& ledger) {
  return static_cast<int64_t>(entry.credited_total_wh - ledger.withdrawn_wh - ledger.consumed_wh);
}

}  // namespace meter
