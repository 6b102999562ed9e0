#include "recharge_reader.h"

namespace meter {

void RechargeReader::begin() {
  entry_ = RechargeEntry{};
  seen_ = 0;
  wrong_ = false;
}

void RechargeReader::leaf(const Leaf& leaf) {
  std::string_view field = leaf.path;
  const std::string_view id = take_until(field, '/');
  if (id != entry_.transaction_id.view()) {
    end();
    entry_.transaction_id.assign(id);
  }
  if (id.size() == leaf.path.size()) {
    // null: the entry is gone. Anything else there is not an entry.
    if (leaf.kind != Leaf::Kind::null) wrong_ = true;
    return;
  }
  take(field, leaf);
}

void RechargeReader::end() {
  const bool acknowledgement_only = (seen_ & kSigned) == 0;
  if (seen_ == kComplete && !wrong_) {
    sink_.on_recharge(entry_);
  } else if (wrong_ || !acknowledgement_only) {
    sink_.on_malformed_recharge(entry_.transaction_id.view(), source_);
  }
  begin();
}

void RechargeReader::take(std::string_view field, const Leaf& leaf) {
  if (same(field, "sequence")) {
    note(kSequence, leaf.read(entry_.sequence));
  } else if (same(field, "energy_wh")) {
    note(kEnergy, leaf.read(entry_.energy_wh));
  } else if (same(field, "credited_total_wh")) {
    note(kTotal, leaf.read(entry_.credited_total_wh));
  } else if (same(field, "mac")) {
    note(kMac, leaf.read(entry_.mac));
  } else if (same(field, "processed")) {
    entry_.processed = leaf.kind == Leaf::Kind::boolean_true;
    note(kProcessed, leaf.whole && (entry_.processed || leaf.kind == Leaf::Kind::boolean_false));
  }
}

void RechargeReader::note(Field field, bool right) {
  seen_ |= field;
  wrong_ = wrong_ || !right;
}

}  // namespace meter
