#include "node_reader.h"

namespace meter {
namespace {

bool below(Leaf& leaf, std::string_view parent) {
  if (leaf.path.substr(0, parent.size()) != parent) return false;
  leaf.path.remove_prefix(parent.size());
  return true;
}

}  // namespace

void NodeReader::begin() {
  recharges_.begin();
  commands_.begin();
  registers_ = Registers{};
}

void NodeReader::on_leaf(const Leaf& leaf) {
  Leaf inner = leaf;
  if (below(inner, "pending_recharge/")) return recharges_.leaf(inner);
  if (below(inner, "commands/")) return commands_.leaf(inner);
  if (leaf.kind != Leaf::Kind::number || !leaf.whole) return;
  if (leaf.path == "credited_total") parse_decimal(leaf.text, registers_.credited_wh);
  if (leaf.path == "withdrawn_total") parse_decimal(leaf.text, registers_.withdrawn_wh);
  if (leaf.path == "energy_consumed_total") parse_decimal(leaf.text, registers_.consumed_wh);
  if (leaf.path == "sequence") parse_decimal(leaf.text, registers_.sequence);
}

void NodeReader::end() {
  recharges_.end();
  commands_.end();
}

}  // namespace meter
