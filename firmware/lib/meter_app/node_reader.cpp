#include "node_reader.h"

namespace meter {
NodeReader::NodeReader(IRechargeSink& recharges, ICommandSink& commands, RechargeSource source)
    : recharges_(recharges, source), commands_(commands) {}

void NodeReader::begin(bool registers_only) {
  registers_only_ = registers_only;
  recharges_.begin();
  commands_.begin();
  registers_ = Registers{};
  watched_at_ms_ = 0;
}

void NodeReader::on_leaf(const Leaf& leaf) {
  Leaf inner = leaf;
  const bool recharge = take_prefix(inner.path, "pending_recharge/");
  if (recharge || take_prefix(inner.path, "commands/")) {
    if (registers_only_) return;
    return recharge ? recharges_.leaf(inner) : commands_.leaf(inner);
  }
  if (leaf.kind != Leaf::Kind::number || !leaf.whole) return;
  if (same(leaf.path, "credited_total")) parse_decimal(leaf.text, registers_.credited_wh);
  if (same(leaf.path, "withdrawn_total")) parse_decimal(leaf.text, registers_.withdrawn_wh);
  if (same(leaf.path, "energy_consumed_total")) parse_decimal(leaf.text, registers_.consumed_wh);
  if (same(leaf.path, "sequence")) parse_decimal(leaf.text, registers_.sequence);
  if (same(leaf.path, "watched_at")) parse_decimal(leaf.text, watched_at_ms_);
}

void NodeReader::end() {
  recharges_.end();
  commands_.end();
}

}  // namespace meter
