#include "meter.h"

#include "calendar.h"
#include "division.h"
#include "record.h"

namespace meter {
namespace {

constexpr int kMaxReadingsPerPoll = 4096;
constexpr uint32_t kSaveRetryMs = 1000;
constexpr uint32_t kHourMs = 3600000;
constexpr uint32_t kHoursAstray = 24;
constexpr std::string_view kMirrorKey = "ledger";
constexpr size_t kLastRechargeBytes = 16;

}  // namespace

LoadResult Meter::begin() {
  LoadResult result = store_.load(config_.meter_id, ledger_);
  const bool taken_over = result == LoadResult::foreign && config_.claimed != nullptr;
  if (taken_over) {
    store_.take_over();
    result = LoadResult::fresh;
  }
  saved_ = ledger_;
  if (result == LoadResult::restored) adopt_mirror();
  policy_store_.load(policy_);
  if (config_.claimed != nullptr) raise(*config_.claimed);
  load_last_recharge();
  alerts_.load();
  hours_.begin();
  if (taken_over) forget_former_meter();
  ++ledger_.boot_count;
  const bool durable = commit() && store_.self_check(ledger_);
  const int64_t now = ports_.clock.epoch_ms();
  alerts_.set(AlertKind::storage_damaged, result == LoadResult::damaged || !durable, 0, now);
  return result;
}

// Before the ledger is first saved: a power cut in between finds the former meter's ledger again.
void Meter::forget_former_meter() {
  policy_ = config_.supply;
  policy_store_.save(policy_);
  last_recharge_ = {};
  keep_last_recharge();
  alerts_.forget();
  hours_.forget();
}

void Meter::poll() {
  count_energy();
  roll_hour();
  update_supply();
  watch();
  alerts_.save_if_changed(ports_.clock.monotonic_ms());
  if (save_due()) commit();
  mirror();
}

// The switch is looked at after every reading, so that credit ends within one pulse.
void Meter::count_energy() {
  for (int i = 0; i < kMaxReadingsPerPoll; ++i) {
    const EnergyReading reading = ports_.energy.read();
    power_w_ = reading.power_w;
    const bool closed = supply_.state() == SwitchState::connected;
    open_switch_.observe(closed, ports_.clock.monotonic_ms(), reading.energy_mwh);
    if (reading.energy_mwh > 0) {
      ledger_.consume(reading.energy_mwh);
      update_supply();
    }
    if (!reading.more) return;
  }
}

// Energy counted before the time is known belongs to the first hour that is.
void Meter::roll_hour() {
  const int64_t now = ports_.clock.epoch_ms();
  if (now <= 0) return;
  const auto hour = static_cast<uint32_t>(divide(static_cast<uint64_t>(now), kHourMs).quotient);
  daily_use_.observe((hour + kEatHours) / 24, ledger_.consumed_wh);
  alerts_.know_time(now);
  // A clock that was far ahead, and was set right: what it counted belongs to this hour.
  const bool astray = ledger_.hour > hour + kHoursAstray;
  if (ledger_.hour == 0 || astray) ledger_.hour = hour;
  if (hour <= ledger_.hour) return;
  if (ledger_.hour_wh > 0) hours_.add({ledger_.hour, ledger_.hour_wh});
  ledger_.hour = hour;
  ledger_.hour_wh = 0;
  commit();
}

void Meter::watch() {
  const int64_t now = ports_.clock.epoch_ms();
  const int64_t balance = ledger_.balance_wh();
  const CreditZone zone = zone_of(policy_, ledger_);
  const bool used_before = ledger_.credited_wh > 0;
  alerts_.set(AlertKind::low_credit, zone == CreditZone::low || zone == CreditZone::very_low,
              balance, now);
  alerts_.set(AlertKind::out_of_credit,
              used_before && (zone == CreditZone::out || zone == CreditZone::emergency), balance,
              now);
  alerts_.set(AlertKind::power_limit, supply_.reason() == SupplyReason::power_limit, power_w_, now);
  alerts_.set(AlertKind::switch_leaking, open_switch_.leaking(),
              static_cast<int64_t>(open_switch_.leaked_wh()), now);
}

void Meter::update_supply() {
  if (ledger_.balance_wh() > 0) {
    ledger_.flags = static_cast<uint16_t>(ledger_.flags & ~kFlagEmergencyAccepted);
  }
  const SupplyInputs inputs{ledger_, ports_.clock.monotonic_ms(), ports_.clock.epoch_ms(),
                            power_w_};
  if (!supply_.update(inputs)) return;
  const bool closed = supply_.state() == SwitchState::connected;
  ports_.relay.set(closed);
  ledger_.flags = static_cast<uint16_t>(closed ? ledger_.flags | kFlagSwitchClosed
                                               : ledger_.flags & ~kFlagSwitchClosed);
  switch_changed_ = true;
  ports_.log.event(Event("switch")
                       .text("state", name_of(supply_.state()))
                       .text("reason", name_of(supply_.reason()))
                       .number("balance_wh", ledger_.balance_wh()));
  commit();
}

bool Meter::commit() {
  if (ledger_ == saved_) return true;
  saved_at_ms_ = ports_.clock.monotonic_ms();
  if (!store_.save(ledger_)) {
    retry_save_at_ms_ = saved_at_ms_ + kSaveRetryMs;
    ports_.log.event(Event("error").text("reason", "ledger_write_failed"));
    return false;
  }
  saved_ = ledger_;
  mirror();
  return true;
}

void Meter::raise(const Registers& totals) {
  const auto lift = [](uint64_t& own, uint64_t other) {
    if (other > own) own = other;
  };
  lift(ledger_.credited_wh, totals.credited_wh);
  lift(ledger_.withdrawn_wh, totals.withdrawn_wh);
  lift(ledger_.consumed_wh, totals.consumed_wh);
  if (totals.sequence > ledger_.sequence && totals.sequence < UINT32_MAX) {
    ledger_.sequence = static_cast<uint32_t>(totals.sequence);
  }
}

bool Meter::restore(const Registers& reported) {
  const Ledger before = ledger_;
  raise(reported);
  if (ledger_ == before) return false;
  commit();
  update_supply();
  return true;
}

// Warm memory keeps what was used since the last save across a reset. It never adds credit, and
// counts only when it continues the very record that was loaded.
void Meter::mirror() {
  if (ports_.warm_memory == nullptr || ledger_ == mirrored_) return;
  const LedgerRecord record = encode(ledger_, store_.generation(), meter_tag(config_.meter_id));
  ports_.warm_memory->write(kMirrorKey, record.data(), record.size());
  mirrored_ = ledger_;
}

void Meter::adopt_mirror() {
  if (ports_.warm_memory == nullptr) return;
  LedgerRecord record;
  Ledger warm;
  uint32_t generation = 0;
  uint32_t tag = 0;
  if (ports_.warm_memory->read(kMirrorKey, record.data(), record.size()) != record.size()) return;
  if (!decode(record, warm, generation, tag)) return;
  if (tag != meter_tag(config_.meter_id) || generation != store_.generation()) return;
  if (warm.consumed_wh < ledger_.consumed_wh || warm.hour < ledger_.hour) return;
  ledger_.consumed_wh = warm.consumed_wh;
  ledger_.consumed_rest_mwh = warm.consumed_rest_mwh;
  ledger_.hour = warm.hour;
  ledger_.hour_wh = warm.hour_wh;
}

void Meter::hold_supply(bool held) {
  ledger_.flags = static_cast<uint16_t>(held ? ledger_.flags | kFlagSupplyHeld
                                             : ledger_.flags & ~kFlagSupplyHeld);
}

bool Meter::set_policy(const SupplyPolicy& policy) {
  if (!policy_store_.save(policy)) return false;
  policy_ = policy;
  return true;
}

bool Meter::press_button() {
  if (supply_.release()) {
    update_supply();
    return true;
  }
  if (!supply_.offers_emergency()) return false;
  ledger_.flags |= kFlagEmergencyAccepted;
  update_supply();
  commit();
  return true;
}

// Only shown, never counted: when it is lost, nothing else is.
void Meter::note_recharge(uint64_t energy_wh) {
  last_recharge_ = {energy_wh, ports_.clock.epoch_ms()};
  keep_last_recharge();
}

void Meter::keep_last_recharge() {
  uint8_t record[kLastRechargeBytes + TwinRecord::kSealBytes];
  Packer to(record);
  to.put(last_recharge_.energy_wh, 8);
  to.put(static_cast<uint64_t>(last_recharge_.at_ms), 8);
  last_recharge_record_.save(record, kLastRechargeBytes);
}

void Meter::load_last_recharge() {
  uint8_t record[kLastRechargeBytes + TwinRecord::kSealBytes];
  if (last_recharge_record_.load(record, sizeof record) != kLastRechargeBytes) return;
  Unpacker from(record);
  last_recharge_.energy_wh = from.u64();
  last_recharge_.at_ms = static_cast<int64_t>(from.u64());
}

void Meter::signal(AlertKind kind, bool active, int64_t value) {
  alerts_.set(kind, active, value, ports_.clock.epoch_ms());
}

bool Meter::save_due() const {
  if (ledger_ == saved_) return false;
  const uint64_t now = ports_.clock.monotonic_ms();
  if (now < retry_save_at_ms_) return false;
  return ledger_.consumed_wh - saved_.consumed_wh >= config_.save.quantum_wh ||
         now - saved_at_ms_ >= config_.save.interval_ms;
}

bool Meter::take_switch_change() {
  const bool changed = switch_changed_;
  switch_changed_ = false;
  return changed;
}

}  // namespace meter
