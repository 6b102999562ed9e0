#include "recharge_intake.h"

namespace meter {

void RechargeIntake::on_recharge(const RechargeEntry& entry) {
  switch (book_.offer(entry, meter_.ledger())) {
    case Verdict::applied:
      log_.event(Event("applied")
                     .text("transaction_id", entry.transaction_id.view())
                     .number("sequence", static_cast<int64_t>(entry.sequence))
                     .number("energy_wh", static_cast<int64_t>(entry.energy_wh))
                     .number("credited_total_wh", static_cast<int64_t>(entry.credited_total_wh))
                     .number("balance_wh", meter_.ledger().balance_wh()));
      return;
    case Verdict::bad_mac:
      return refuse(entry.transaction_id.view(), "bad_mac");
    case Verdict::malformed:
      return refuse(entry.transaction_id.view(), "malformed");
    case Verdict::repeated:
    case Verdict::settled:
      return;
  }
}

void RechargeIntake::on_malformed_recharge(std::string_view transaction_id, RechargeSource source) {
  if (source == RechargeSource::stream) {
    reread_ = true;
  } else {
    refuse(transaction_id, "malformed");
  }
}

bool RechargeIntake::commit() {
  const Ledger& ledger = meter_.ledger();
  const bool raised = meter_.credit_unsaved();
  const uint64_t before_wh = meter_.durable().credited_wh;
  if (!raised && !book_.uncommitted()) return false;
  if (!meter_.commit()) return false;
  book_.committed();
  if (!raised) return false;
  log_.event(Event("committed")
                 .number("sequence", ledger.sequence)
                 .number("credited_total_wh", static_cast<int64_t>(ledger.credited_wh))
                 .number("balance_wh", ledger.balance_wh()));
  meter_.update_supply();
  if (ledger.credited_wh > before_wh) meter_.note_recharge(ledger.credited_wh - before_wh);
  return true;
}

bool RechargeIntake::take_reread() {
  const bool overflow = book_.due() == 0 && book_.take_overflow();
  const bool reread = reread_ || overflow;
  reread_ = false;
  return reread;
}

void RechargeIntake::acknowledged(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const TransactionId id = book_.at(0).transaction_id;
    book_.remove(id.view());
    log_.event(Event("acknowledged").text("transaction_id", id.view()));
  }
}

void RechargeIntake::acknowledgement_refused() {
  const TransactionId id = book_.at(0).transaction_id;
  book_.remove(id.view());
}

// A refused entry stays in the database and comes with every snapshot: it is told once.
void RechargeIntake::refuse(std::string_view transaction_id, std::string_view reason) {
  const uint32_t tag = meter_tag(transaction_id);
  for (const uint32_t known : refusals_) {
    if (known == tag) return;
  }
  refusals_[next_refusal_] = tag;
  next_refusal_ = (next_refusal_ + 1) % kRememberedRefusals;
  log_.event(Event("refused").text("transaction_id", transaction_id).text("reason", reason));
}

}  // namespace meter
