// What the owner and the operator should know, one slot per kind: raised, told, cleared, told.
//
// Bounded without losing any: what is raised again before its end was told becomes one alert with
// the earlier. Kept in storage, so that a reboot neither forgets one nor raises it twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "twin_record.h"

namespace meter {

// The order is the layout of the record in storage: append only.
enum class AlertKind : uint8_t {
  low_credit,
  out_of_credit,
  power_limit,
  switch_leaking,
  cover_open,
  magnetic_field,
  reverse_current,
  sensor_silent,
  storage_damaged,
  update_failed,
  count,
};

const char* name_of(AlertKind kind);

struct Alert {
  AlertKind kind = AlertKind::low_credit;
  uint32_t number = 0;  // grows with every alert
  int64_t raised_at_ms = 0;
  int64_t cleared_at_ms = 0;  // 0: still raised
  int64_t value = 0;
};

class Alerts {
 public:
  explicit Alerts(IKeyValue& storage) : record_(storage, "alerts") {}

  // Raises or clears; repeating changes nothing. `epoch_ms` 0: the time is not known yet.
  void set(AlertKind kind, bool raised, int64_t value, int64_t epoch_ms);

  bool raised(AlertKind kind) const { return slot(kind).raised; }

  // The time became known: alerts raised before it get it.
  void know_time(int64_t epoch_ms);

  // An alert the server has not heard of in its present state. Its beginning is told only once it
  // is stored: after a power cut nobody would end it.
  bool due(Alert& alert) const;
  void told(const Alert& alert);

  void load();

  // Those of another meter; load() came before.
  void forget();

  // Stores what changed, at most once in `kSaveEveryMs`: a contact that flutters wears out no
  // flash.
  static constexpr uint64_t kSaveEveryMs = 60000;
  void save_if_changed(uint64_t now_ms);

 private:
  struct Slot {
    Alert alert;
    bool raised = false;
    bool untold = false;
    bool unsaved = false;  // its beginning
  };
  static constexpr size_t kKinds = static_cast<size_t>(AlertKind::count);

  const Slot& slot(AlertKind kind) const { return slots_[static_cast<size_t>(kind)]; }

  TwinRecord record_;
  Slot slots_[kKinds];
  uint32_t number_ = 0;
  uint64_t saved_at_ms_ = 0;
  bool changed_ = false;
  bool saved_ = false;  // since the start
};

}  // namespace meter
