// The meter without a network: counts energy, keeps the ledger, moves the switch. Works alone for
// as long as it has power.
#pragma once

#include <cstdint>

#include "alerts.h"
#include "config.h"
#include "daily_use.h"
#include "hours.h"
#include "ledger.h"
#include "ledger_store.h"
#include "open_switch_watch.h"
#include "policy_store.h"
#include "ports.h"
#include "supply.h"

namespace meter {

// For the display: what the last recharge brought, and when (0: the time was not known).
struct LastRecharge {
  uint64_t energy_wh = 0;
  int64_t at_ms = 0;
};

struct MeterPorts {
  IKeyValue& storage;
  IKeyValue* warm_memory;  // survives a reset but not a power cut; may be null
  IClock& clock;
  IEnergySource& energy;
  ISwitch& relay;
  ILog& log;
};

class Meter {
 public:
  Meter(const Config& config, const MeterPorts& ports)
      : config_(config),
        ports_(ports),
        store_(ports.storage),
        policy_store_(ports.storage),
        policy_(config.supply),
        supply_(policy_),
        alerts_(ports.storage),
        hours_(ports.storage),
        last_recharge_record_(ports.storage, "last_recharge") {}

  // Loads ledger and policy, counts the boot.
  LoadResult begin();
  void poll();

  const Ledger& ledger() const { return ledger_; }
  Ledger& ledger() { return ledger_; }
  const Ledger& durable() const { return saved_; }  // as last saved
  const Supply& supply() const { return supply_; }
  const SupplyPolicy& policy() const { return policy_; }
  uint32_t power_w() const { return power_w_; }
  int32_t days_remaining() const { return daily_use_.days_remaining(ledger_.balance_wh()); }
  Alerts& alerts() { return alerts_; }
  const Alerts& alerts() const { return alerts_; }
  Hours& hours() { return hours_; }
  const LastRecharge& last_recharge() const { return last_recharge_; }

  // Makes the ledger durable now; true when it is. Writes nothing when nothing changed.
  bool commit();

  // True while a recharge is applied but not yet durable.
  bool credit_unsaved() const {
    return ledger_.credited_wh != saved_.credited_wh || ledger_.sequence != saved_.sequence;
  }

  // A recharge became durable: remembered for the display.
  void note_recharge(uint64_t energy_wh);

  // Raises totals, never lowers one; the caller commits.
  void raise(const Registers& totals);

  // After the loss of the storage the totals last reported come back; true when one rose.
  bool restore(const Registers& reported);

  // Moves the switch if ledger, policy or time ask for it.
  void update_supply();

  void hold_supply(bool held);
  void test_supply_until(uint64_t until_ms) { supply_.test_supply_until(until_ms); }
  bool set_policy(const SupplyPolicy& policy);

  // The button: accepts emergency credit or releases a power limit; false when neither waits.
  bool press_button();

  // A tamper input changed (cover_open, magnetic_field) or a part failed (sensor_silent).
  void signal(AlertKind kind, bool active, int64_t value = 0);

  // True once after each movement of the switch.
  bool take_switch_change();

  // The last saved record can be read back.
  bool self_check() { return store_.self_check(saved_); }

  uint32_t ledger_writes() const { return store_.writes(); }

 private:
  void count_energy();
  void roll_hour();
  void watch();
  void mirror();
  void adopt_mirror();
  void load_last_recharge();
  void keep_last_recharge();
  void forget_former_meter();
  bool save_due() const;

  const Config& config_;
  MeterPorts ports_;
  LedgerStore store_;
  PolicyStore policy_store_;
  SupplyPolicy policy_;
  Supply supply_;
  Alerts alerts_;
  Hours hours_;
  DailyUse daily_use_;
  OpenSwitchWatch open_switch_;
  Ledger ledger_;
  Ledger saved_;
  Ledger mirrored_;
  TwinRecord last_recharge_record_;
  LastRecharge last_recharge_;
  uint64_t saved_at_ms_ = 0;
  uint64_t retry_save_at_ms_ = 0;
  uint32_t power_w_ = 0;
  bool switch_changed_ = false;
};

}  // namespace meter
