#include "recharge_reader.h"

namespace meter {

void RechargeReader::begin() {
  entry_ = RechargeEntry{};
  seen_ = 0;
  wrong_ = false;
}

void RechargeReader::leaf(const Leaf& leaf) {
  const size_t slash = leaf.path.find('/');
  const std::string_view id = leaf.path.substr(0, slash);
  if (id != entry_.transaction_id.view()) {
    end();
    entry_.transaction_id.assign(id);
  }
  if (slash == std::string_view::npos) {
    // null: the entry is gone. Anything else there is not an entry.
    if (leaf.kind != Leaf::Kind::null) wrong_ = true;
    return;
  }
  take(leaf.path.substr(slash + 1), leaf);
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
  if (field == "sequence") {
    take_number(leaf, kSequence, entry_.sequence);
  } else if (field == "energy_wh") {
    take_number(leaf, kEnergy, entry_.energy_wh);
  } else if (field == "credited_total_wh") {
    take_number(leaf, kTotal, entry_.credited_total_wh);
  } else if (field == "mac") {
    seen_ |= kMac;
    if (leaf.kind != Leaf::Kind::string || !leaf.whole || !parse_hex(leaf.text, entry_.mac)) {
      wrong_ = true;
    }
  } else if (field == "processed") {
    seen_ |= kProcessed;
    entry_.processed = leaf.kind == Leaf::Kind::boolean_true;
    if (!leaf.whole || (!entry_.processed && leaf.kind != Leaf::Kind::boolean_false)) {
      wrong_ = true;
    }
  }
}

void RechargeReader::take_number(const Leaf& leaf, Field field, uint64_t& value) {
  seen_ |= field;
  if (leaf.kind != Leaf::Kind::number || !leaf.whole || !parse_decimal(leaf.text, value)) {
    wrong_ = true;
  }
}

}  // namespace meter
