// Sorts the leaves of meters/{meter_id}: reported registers here, pending_recharge to its reader.
#pragma once

#include <string_view>

#include "leaf_reader.h"
#include "meter.h"
#include "recharge_reader.h"

namespace meter {

class SnapshotReader final : private ILeafListener {
 public:
  explicit SnapshotReader(IRechargeSink& sink)
      : leaves_(*this), recharges_(sink, RechargeSource::snapshot) {}

  IJsonHandler& begin();
  // The answer was complete: hands on the last entry.
  void end() { recharges_.end(); }
  const Registers& registers() const { return registers_; }

 private:
  void on_leaf(const Leaf& leaf) override;

  LeafReader leaves_;
  RechargeReader recharges_;
  Registers registers_;
};

}  // namespace meter
