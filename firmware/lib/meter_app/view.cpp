#include "view.h"

#include <initializer_list>

namespace meter {
namespace {

bool any_raised(const Alerts& alerts, std::initializer_list<AlertKind> kinds) {
  for (const AlertKind kind : kinds) {
    if (alerts.raised(kind)) return true;
  }
  return false;
}

Notice notice_of(const Meter& meter, const Link& link) {
  const Alerts& alerts = meter.alerts();
  const Supply& supply = meter.supply();
  const SupplyReason reason = supply.reason();
  if (any_raised(alerts, {AlertKind::storage_damaged, AlertKind::sensor_silent})) {
    return Notice::fault;
  }
  if (link.updating) return Notice::updating;
  if (any_raised(alerts, {AlertKind::cover_open, AlertKind::magnetic_field,
                          AlertKind::reverse_current, AlertKind::switch_leaking})) {
    return Notice::tamper;
  }
  if (reason == SupplyReason::held) return Notice::held;
  if (reason == SupplyReason::power_limit) {
    return supply.state() == SwitchState::ready ? Notice::press_to_reconnect : Notice::power_limit;
  }
  if (supply.offers_emergency()) return Notice::press_for_emergency;
  if (reason == SupplyReason::emergency_credit) return Notice::emergency;
  if (reason == SupplyReason::out_of_credit) return Notice::out_of_credit;
  if (alerts.raised(AlertKind::low_credit)) return Notice::low_credit;
  return link.online ? Notice::none : Notice::offline;
}

}  // namespace

View view_of(const Config& config, const Meter& meter, const Link& link) {
  View view;
  view.meter_id = config.meter_id;
  view.firmware = config.firmware;
  view.balance_wh = meter.ledger().balance_wh();
  view.days_left = meter.days_remaining();
  view.power_w = meter.power_w();
  view.hour_wh = meter.ledger().hour_wh;
  view.supplied = meter.supply().state() == SwitchState::connected;
  view.last_recharge = meter.last_recharge();
  view.link = link;
  view.notice = notice_of(meter, link);
  return view;
}

}  // namespace meter
