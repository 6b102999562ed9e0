#include "hours.h"

#include <array>

#include "ledger.h"

namespace meter {
namespace {

// CRC, then 8 bytes for each hour, little-endian; the length tells how many.
constexpr size_t kHead = 4;
constexpr size_t kEach = 8;
constexpr std::string_view kKey = "hours";

using Record = std::array<uint8_t, kHead + kEach * Hours::kMax>;

void put(uint8_t* at, uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<uint8_t>(value >> (8 * i));
}

uint32_t get(const uint8_t* at) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= uint32_t{at[i]} << (8 * i);
  return value;
}

}  // namespace

void Hours::begin() {
  Record record{};
  const size_t size = storage_.read(kKey, record.data(), record.size());
  if (size < kHead || (size - kHead) % kEach != 0) return;
  if (get(record.data()) != crc32(record.data() + kHead, size - kHead)) return;
  for (size_t at = kHead; at < size; at += kEach) {
    waiting_[count_++] = {get(&record[at]), get(&record[at + 4])};
  }
}

void Hours::save() {
  Record record{};
  for (size_t i = 0; i < count_; ++i) {
    put(&record[kHead + kEach * i], waiting_[i].hour);
    put(&record[kHead + kEach * i + 4], waiting_[i].energy_wh);
  }
  const size_t size = kHead + kEach * count_;
  put(record.data(), crc32(record.data() + kHead, size - kHead));
  storage_.write(kKey, record.data(), size);
}

void Hours::add(const ClosedHour& closed) {
  if (count_ == kMax) {
    waiting_[1].energy_wh += waiting_[0].energy_wh;
    for (size_t i = 1; i < count_; ++i) waiting_[i - 1] = waiting_[i];
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
