#include "alerts.h"

namespace meter {

std::string_view name_of(AlertKind kind) {
  switch (kind) {
    case AlertKind::low_credit:
      return "low_credit";
    case AlertKind::out_of_credit:
      return "out_of_credit";
    case AlertKind::power_limit:
      return "power_limit";
    case AlertKind::switch_leaking:
      return "switch_leaking";
    case AlertKind::cover_open:
      return "cover_open";
    case AlertKind::magnetic_field:
      return "magnetic_field";
    case AlertKind::sensor_silent:
      return "sensor_silent";
    case AlertKind::storage_damaged:
      return "storage_damaged";
    case AlertKind::update_failed:
      return "update_failed";
    case AlertKind::count:
      break;
  }
  return "unknown";
}

void Alerts::set(AlertKind kind, bool raised, int64_t value, int64_t epoch_ms) {
  Slot& entry = slots_[static_cast<size_t>(kind)];
  if (entry.raised == raised) return;
  entry.raised = raised;
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
  }
  entry.untold = true;
}

void Alerts::know_time(int64_t epoch_ms) {
  for (Slot& entry : slots_) {
    if (!entry.untold) continue;
    if (entry.alert.raised_at_ms == 0) entry.alert.raised_at_ms = epoch_ms;
    if (!entry.raised && entry.alert.cleared_at_ms == 0) entry.alert.cleared_at_ms = epoch_ms;
  }
}

bool Alerts::due(Alert& alert) const {
  for (const Slot& entry : slots_) {
    if (!entry.untold || entry.alert.raised_at_ms == 0) continue;
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
}

}  // namespace meter
