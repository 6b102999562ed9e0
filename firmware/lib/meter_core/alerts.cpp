#include "alerts.h"

#include "record.h"

namespace meter {
namespace {

constexpr size_t kEach = 1 + 4 + 3 * 8;
constexpr uint8_t kRaised = 1;
constexpr uint8_t kUntold = 2;

}  // namespace

const char* name_of(AlertKind kind) {
  constexpr const char* kNames[] = {
      "low_credit",     "out_of_credit",   "power_limit",   "switch_leaking",  "cover_open",
      "magnetic_field", "reverse_current", "sensor_silent", "storage_damaged", "update_failed"};
  static_assert(sizeof kNames / sizeof kNames[0] == static_cast<size_t>(AlertKind::count),
                "a name for each");
  return kNames[static_cast<size_t>(kind)];
}

void Alerts::set(AlertKind kind, bool raised, int64_t value, int64_t epoch_ms) {
  Slot& entry = slots_[static_cast<size_t>(kind)];
  if (entry.raised == raised) return;
  entry.raised = raised;
  changed_ = true;
  if (!raised) {
    entry.alert.cleared_at_ms =
        epoch_ms > entry.alert.raised_at_ms ? epoch_ms : entry.alert.raised_at_ms;
    entry.untold = true;
    return;
  }
  // The end of the last one was not told yet: then it never ended.
  const bool continues = entry.untold && entry.alert.number != 0;
  if (continues) {
    entry.alert.cleared_at_ms = 0;
  } else {
    entry.alert = {kind, ++number_, epoch_ms, 0, value};
    entry.unsaved = true;
  }
  entry.untold = true;
}

void Alerts::know_time(int64_t epoch_ms) {
  for (Slot& entry : slots_) {
    if (!entry.untold) continue;
    const bool ended = !entry.raised && entry.alert.cleared_at_ms == 0;
    if (entry.alert.raised_at_ms == 0) {
      entry.alert.raised_at_ms = epoch_ms;
      entry.unsaved = true;
    }
    changed_ = changed_ || ended || entry.unsaved;
    if (ended) entry.alert.cleared_at_ms = epoch_ms;
  }
}

bool Alerts::due(Alert& alert) const {
  for (const Slot& entry : slots_) {
    if (!entry.untold || entry.unsaved || entry.alert.raised_at_ms == 0) continue;
    alert = entry.alert;
    return true;
  }
  return false;
}

// It may have changed while it was being told.
void Alerts::told(const Alert& alert) {
  Slot& entry = slots_[static_cast<size_t>(alert.kind)];
  if (entry.alert.number != alert.number || entry.alert.cleared_at_ms != alert.cleared_at_ms)
    return;
  entry.untold = false;
  changed_ = true;
}

void Alerts::load() {
  uint8_t record[kEach * kKinds + TwinRecord::kSealBytes];
  const size_t size = record_.load(record, sizeof record);
  Unpacker from(record);
  for (size_t kind = 0; kind < size / kEach; ++kind) {  // an earlier firmware knew fewer
    const uint8_t flags = from.u8();
    Slot& entry = slots_[kind];
    entry.raised = (flags & kRaised) != 0;
    entry.untold = (flags & kUntold) != 0;
    entry.alert.kind = static_cast<AlertKind>(kind);
    entry.alert.number = from.u32();
    entry.alert.raised_at_ms = static_cast<int64_t>(from.u64());
    entry.alert.cleared_at_ms = static_cast<int64_t>(from.u64());
    entry.alert.value = static_cast<int64_t>(from.u64());
    if (entry.alert.number > number_) number_ = entry.alert.number;
  }
}

void Alerts::forget() {
  for (Slot& entry : slots_) entry = Slot{};
  changed_ = true;
  save_if_changed(0);
}

void Alerts::save_if_changed(uint64_t now_ms) {
  if (!changed_ || (saved_ && now_ms - saved_at_ms_ < kSaveEveryMs)) return;
  uint8_t record[kEach * kKinds + TwinRecord::kSealBytes];
  Packer to(record);
  for (const Slot& entry : slots_) {
    to.put((entry.raised ? kRaised : 0) | (entry.untold ? kUntold : 0), 1);
    to.put(entry.alert.number, 4);
    to.put(static_cast<uint64_t>(entry.alert.raised_at_ms), 8);
    to.put(static_cast<uint64_t>(entry.alert.cleared_at_ms), 8);
    to.put(static_cast<uint64_t>(entry.alert.value), 8);
  }
  changed_ = !record_.save(record, kEach * kKinds);
  for (Slot& entry : slots_) entry.unsaved = false;  // storage that fails silences no alert
  saved_ = true;
  saved_at_ms_ = now_ms;
}

}  // namespace meter
