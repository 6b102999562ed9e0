// Sorts the leaves of meters/{meter_id}, from a snapshot or from the stream: reported registers
// here, pending_recharge and commands to their readers.
#pragma once

#include <string_view>

#include "command_reader.h"
#include "leaf_reader.h"
#include "meter.h"
#include "recharge_reader.h"

namespace meter {

class NodeReader final : public ILeafListener {
 public:
  NodeReader(IRechargeSink& recharges, ICommandSink& commands, RechargeSource source);

  // Forgets what a broken document left. With `registers_only` entries and commands are left out.
  void begin(bool registers_only = false);
  void on_leaf(const Leaf& leaf) override;
  // The document was complete: hands on the last entry.
  void end();

  const Registers& registers() const { return registers_; }
  // When somebody last looked at the meter, by the server's clock; 0: not told.
  uint64_t watched_at_ms() const { return watched_at_ms_; }

 private:
  RechargeReader recharges_;
  CommandReader commands_;
  Registers registers_;
  bool registers_only_ = false;
  uint64_t watched_at_ms_ = 0;
};

}  // namespace meter
