// Recharges from the wire to the ledger: checks, applies, commits, and keeps what the server is to
// be told. Each step is logged once.
#pragma once

#include <cstdint>
#include <string_view>

#include "config.h"
#include "meter.h"
#include "ports.h"
#include "recharge.h"
#include "recharge_reader.h"

namespace meter {

class RechargeIntake final : public IRechargeSink {
 public:
  RechargeIntake(const Config& config, Meter& meter, ILog& log)
      : meter_(meter), log_(log), book_(config.meter_id, config.device_key) {}

  void on_recharge(const RechargeEntry& entry) override;
  void on_malformed_recharge(std::string_view transaction_id, RechargeSource source) override;

  // Makes durable what was applied; true when the totals rose by it.
  bool commit();

  // True once when the snapshot has to be read (again) to see everything.
  bool take_reread();

  size_t due() const { return book_.due(); }
  const RechargeBook& book() const { return book_; }

  // The server confirmed, or finally refused, the oldest `count` acknowledgements.
  void acknowledged(size_t count);
  void acknowledgement_refused();

 private:
  static constexpr size_t kRememberedRefusals = 8;

  void refuse(std::string_view transaction_id, std::string_view reason);

  Meter& meter_;
  ILog& log_;
  RechargeBook book_;
  uint32_t refusals_[kRememberedRefusals] = {};
  size_t next_refusal_ = 0;
  bool reread_ = false;
};

}  // namespace meter
