// The meter without a network: counts energy, keeps the ledger, moves the switch. Works alone for
// as long as it has power.
#pragma once

#include <cstdint>

#include "config.h"
#include "ledger.h"
#include "ledger_store.h"
#include "ports.h"
#include "supply.h"

namespace meter {

struct Registers {
  uint64_t credited_wh = 0;
  uint64_t withdrawn_wh = 0;
  uint64_t consumed_wh = 0;
  uint64_t sequence = 0;
};

// An hour that has ended, for consumption_history.
struct ClosedHour {
  uint32_t hour = 0;  // hours since 1970 UTC
  uint32_t energy_wh = 0;
};

class Meter {
 public:
  Meter(const Config& config, IKeyValue& storage, IClock& clock, IEnergySource& energy,
        ISwitch& relay, ILog& log)
      : config_(config),
        store_(storage),
        clock_(clock),
        energy_(energy),
        relay_(relay),
        log_(log),
        supply_(config.supply) {}

  // Loads the ledger and counts the boot.
  LoadResult begin();
  void poll();

  const Ledger& ledger() const { return ledger_; }
  Ledger& ledger() { return ledger_; }
  const Supply& supply() const { return supply_; }
  uint32_t power_w() const { return power_w_; }

  // Makes the ledger durable now; true when it is. Writes nothing when nothing changed.
  bool commit();

  // True while a recharge is applied but not yet durable.
  bool credit_unsaved() const {
    return ledger_.credited_wh != saved_.credited_wh || ledger_.sequence != saved_.sequence;
  }

  // Raises the totals to the ones last reported: after the loss of the storage they come back.
  bool restore(const Registers& reported);

  // Moves the switch if the ledger asks for it.
  void update_supply();

  // True once after each movement of the switch.
  bool take_switch_change();

  // The last hour that ended, once.
  bool take_closed_hour(ClosedHour& closed);

  uint32_t ledger_writes() const { return store_.writes(); }

 private:
  void count_energy();
  void roll_hour();
  bool save_due() const;

  const Config& config_;
  LedgerStore store_;
  IClock& clock_;
  IEnergySource& energy_;
  ISwitch& relay_;
  ILog& log_;
  Supply supply_;
  Ledger ledger_;
  Ledger saved_;
  ClosedHour closed_;
  uint64_t saved_at_ms_ = 0;
  uint64_t retry_save_at_ms_ = 0;
  uint32_t power_w_ = 0;
  bool switch_changed_ = false;
  bool has_closed_ = false;
};

}  // namespace meter
