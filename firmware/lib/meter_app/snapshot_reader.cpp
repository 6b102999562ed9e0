#include "snapshot_reader.h"

namespace meter {
namespace {

constexpr std::string_view kPending = "pending_recharge/";

}  // namespace

IJsonHandler& SnapshotReader::begin() {
  leaves_.begin("");
  recharges_.begin();
  registers_ = Registers{};
  return leaves_;
}

void SnapshotReader::on_leaf(const Leaf& leaf) {
  if (leaf.path.substr(0, kPending.size()) == kPending) {
    Leaf inner = leaf;
    inner.path.remove_prefix(kPending.size());
    recharges_.leaf(inner);
    return;
  }
  if (leaf.kind != Leaf::Kind::number) return;
  if (leaf.path == "credited_total") parse_decimal(leaf.text, registers_.credited_wh);
  if (leaf.path == "withdrawn_total") parse_decimal(leaf.text, registers_.withdrawn_wh);
  if (leaf.path == "energy_consumed_total") parse_decimal(leaf.text, registers_.consumed_wh);
  if (leaf.path == "sequence") parse_decimal(leaf.text, registers_.sequence);
}

}  // namespace meter
