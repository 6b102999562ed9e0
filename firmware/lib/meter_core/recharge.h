// Exactly-once recharges: sequence + cumulative total.
//
//   offer   credited = max(credited, entry.credited_total), sequence = max(sequence,
//   entry.sequence) commit  one durable record acknowledge every entry at or below our sequence,
//   and only after the commit
//
// A crash before the commit leaves the entry pending, so it is offered again; a crash after it
// changes nothing but repeats the acknowledgement. Stale, doubled and reordered entries are
// absorbed by max().
#pragma once

#include <cstdint>
#include <string_view>

#include "ledger.h"
#include "ledger_store.h"
#include "sha256.h"
#include "text.h"

namespace meter {

using TransactionId = FixedText<64>;

// One child of pending_recharge as the server wrote it.
struct RechargeEntry {
  TransactionId transaction_id;
  uint64_t sequence = 0;
  uint64_t energy_wh = 0;
  uint64_t credited_total_wh = 0;
  Digest mac{};
  bool processed = false;
};

enum class Verdict {
  applied,    // the totals rose: commit, then acknowledge
  repeated,   // already held: acknowledge again
  settled,    // already acknowledged at the server: nothing to do
  bad_mac,    // not signed for this meter
  malformed,  // signed or not, the numbers cannot be
};

class RechargeBook {
 public:
  static constexpr size_t kMaxAcknowledgements = 8;

  RechargeBook(std::string_view meter_id, const Digest& device_key)
      : meter_id_(meter_id), device_key_(device_key) {}

  Verdict offer(const RechargeEntry& entry, Ledger& ledger);

  // Tells the book that the ledger it raised is durable: what was offered may now be acknowledged.
  void committed();

  // What the server is waiting to hear, oldest first; empty before committed().
  struct Acknowledgement {
    TransactionId transaction_id;
    uint64_t credited_total_wh = 0;
    bool durable = false;
  };
  size_t due() const;
  size_t queued() const { return count_; }
  bool uncommitted() const { return due() < count_; }
  const Acknowledgement& at(size_t index) const { return queue_[index]; }
  void remove(std::string_view transaction_id);

  // True once after an offer found the queue full: read the snapshot again when it has drained.
  bool take_overflow();

  // Balance right after this entry, so that a batch of three shows three steps.
  static int64_t balance_after(const Acknowledgement& entry, const Ledger& ledger);

 private:
  void enqueue(const RechargeEntry& entry);

  std::string_view meter_id_;
  const Digest& device_key_;
  Acknowledgement queue_[kMaxAcknowledgements];
  size_t count_ = 0;
  bool overflow_ = false;
};

// HMAC over "{meter_id}|{transaction_id}|{sequence}|{credited_total_wh}|{energy_wh}".
Digest recharge_mac(const Digest& device_key, std::string_view meter_id,
                    const RechargeEntry& entry);

}  // namespace meter
