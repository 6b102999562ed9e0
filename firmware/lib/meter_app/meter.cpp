#include "meter.h"

namespace meter {
namespace {

constexpr int kMaxReadingsPerPoll = 4096;
constexpr uint32_t kSaveRetryMs = 1000;
constexpr int64_t kHourMs = 3600000;

}  // namespace

LoadResult Meter::begin() {
  const LoadResult result = store_.load(config_.meter_id, ledger_);
  saved_ = ledger_;
  ++ledger_.boot_count;
  commit();
  return result;
}

void Meter::poll() {
  count_energy();
  roll_hour();
  update_supply();
  if (save_due()) commit();
}

// The switch is looked at after every reading, so that credit ends within one pulse.
void Meter::count_energy() {
  for (int i = 0; i < kMaxReadingsPerPoll; ++i) {
    const EnergyReading reading = energy_.read();
    power_w_ = reading.power_w;
    if (reading.energy_mwh > 0) {
      ledger_.consume(reading.energy_mwh);
      update_supply();
    }
    if (!reading.more) return;
  }
}

// Energy counted before the time is known belongs to the first hour that is.
void Meter::roll_hour() {
  const int64_t now = clock_.epoch_ms();
  if (now <= 0) return;
  const auto hour = static_cast<uint32_t>(now / kHourMs);
  if (ledger_.hour == 0) ledger_.hour = hour;
  if (hour <= ledger_.hour) return;
  if (ledger_.hour_wh > 0) {
    closed_ = {ledger_.hour, ledger_.hour_wh};
    has_closed_ = true;
  }
  ledger_.hour = hour;
  ledger_.hour_wh = 0;
  commit();
}

void Meter::update_supply() {
  if (!supply_.update(ledger_, clock_.monotonic_ms())) return;
  const bool closed = supply_.state() == SwitchState::connected;
  relay_.set(closed);
  ledger_.flags = static_cast<uint16_t>(closed ? ledger_.flags | kFlagSwitchClosed
                                               : ledger_.flags & ~kFlagSwitchClosed);
  switch_changed_ = true;
  log_.event(Event("switch")
                 .text("state", name_of(supply_.state()))
                 .text("reason", supply_.reason())
                 .number("balance_wh", ledger_.balance_wh()));
  commit();
}

bool Meter::commit() {
  if (ledger_ == saved_) return true;
  saved_at_ms_ = clock_.monotonic_ms();
  if (!store_.save(ledger_)) {
    retry_save_at_ms_ = saved_at_ms_ + kSaveRetryMs;
    log_.event(Event("error").text("reason", "ledger_write_failed"));
    return false;
  }
  saved_ = ledger_;
  return true;
}

bool Meter::restore(const Registers& reported) {
  const auto raise = [](uint64_t& own, uint64_t other) {
    if (other > own) own = other;
  };
  raise(ledger_.credited_wh, reported.credited_wh);
  raise(ledger_.withdrawn_wh, reported.withdrawn_wh);
  raise(ledger_.consumed_wh, reported.consumed_wh);
  if (reported.sequence > ledger_.sequence && reported.sequence <= UINT32_MAX) {
    ledger_.sequence = static_cast<uint32_t>(reported.sequence);
  }
  const bool changed = ledger_ != saved_;
  if (changed) {
    commit();
    update_supply();
  }
  return changed;
}

bool Meter::save_due() const {
  if (ledger_ == saved_) return false;
  const uint64_t now = clock_.monotonic_ms();
  if (now < retry_save_at_ms_) return false;
  return ledger_.consumed_wh - saved_.consumed_wh >= config_.save.quantum_wh ||
         now - saved_at_ms_ >= config_.save.interval_ms;
}

bool Meter::take_switch_change() {
  const bool changed = switch_changed_;
  switch_changed_ = false;
  return changed;
}

bool Meter::take_closed_hour(ClosedHour& closed) {
  if (!has_closed_) return false;
  closed = closed_;
  has_closed_ = false;
  return true;
}

}  // namespace meter
