#include "hours.h"

#include "record.h"

namespace meter {
namespace {

constexpr size_t kEach = 8;  // the length tells how many
constexpr size_t kMostBytes = kEach * Hours::kMax + TwinRecord::kSealBytes;

}  // namespace

void Hours::begin() {
  uint8_t record[kMostBytes];
  const size_t size = record_.load(record, sizeof record);
  if (size % kEach != 0) return;
  Unpacker from(record);
  for (size_t at = 0; at < size; at += kEach) {
    const uint32_t hour = from.u32();
    waiting_[count_++] = {hour, from.u32()};
  }
}

void Hours::forget() {
  count_ = 0;
  save();
}

void Hours::save() {
  uint8_t record[kMostBytes];
  Packer to(record);
  for (size_t i = 0; i < count_; ++i) {
    to.put(waiting_[i].hour, 4);
    to.put(waiting_[i].energy_wh, 4);
  }
  record_.save(record, kEach * count_);
}

void Hours::add(const ClosedHour& closed) {
  if (count_ > 0 && waiting_[count_ - 1].hour == closed.hour) {
    ClosedHour& last = waiting_[count_ - 1];
    if (last.energy_wh < closed.energy_wh) last.energy_wh = closed.energy_wh;
    return save();
  }
  if (count_ == kMax) {
    // Not the first: it may be on its way to the server.
    waiting_[2].energy_wh += waiting_[1].energy_wh;
    for (size_t i = 2; i < count_; ++i) waiting_[i - 1] = waiting_[i];
    --count_;
  }
  waiting_[count_++] = closed;
  save();
}

bool Hours::due(const Ledger& ledger, uint64_t now_ms, uint32_t interval_ms) const {
  if (count_ > 0) return true;
  if (ledger.hour == 0 || ledger.hour_wh == 0 || ledger.hour == refused_hour_) return false;
  if (ledger.hour == last_.hour && ledger.hour_wh == last_.energy_wh) return false;
  return now_ms - told_at_ms_ >= interval_ms;
}

ClosedHour Hours::next(const Ledger& ledger) const {
  if (count_ > 0) return waiting_[0];
  return {ledger.hour, ledger.hour_wh};
}

void Hours::refused(const ClosedHour& hour, uint64_t now_ms) {
  refused_hour_ = hour.hour;
  told(hour, now_ms);
}

void Hours::told(const ClosedHour& hour, uint64_t now_ms) {
  told_at_ms_ = now_ms;
  last_ = hour;
  if (count_ == 0 || waiting_[0].hour != hour.hour) return;
  for (size_t i = 1; i < count_; ++i) waiting_[i - 1] = waiting_[i];
  --count_;
  save();
}

}  // namespace meter
