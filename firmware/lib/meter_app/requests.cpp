#include "requests.h"

#include "calendar.h"
#include "json_writer.h"

namespace meter {
namespace {

void append_padded(FixedText<16>& text, uint32_t value) {
  if (value < 10) text.append('0');
  text.append(Decimal::of(value).view());
}

void write_acknowledgement(JsonObject& body, const RechargeBook::Acknowledgement& entry,
                           const Ledger& ledger) {
  const auto key = [&entry](const char* field) {
    FixedText<128> text("pending_recharge/");
    text.append(entry.transaction_id.view());
    text.append(field);
    return text;
  };
  body.boolean(key("/processed").c_str(), true)
      .server_time(key("/processed_at").c_str())
      .number(key("/balance_after").c_str(), RechargeBook::balance_after(entry, ledger));
}

}  // namespace

bool Requests::begin() {
  if (!parse_url(config_.database_url, database_, prefix_)) return false;
  if (!prefix_.empty() && prefix_.back() == '/') prefix_.remove_suffix(1);
  return prefix_.find('?') == std::string_view::npos;
}

bool Requests::node(RequestText& text, std::string_view id_token) const {
  begin_target(text, "/meters/");
  return end_target(text, id_token, false);
}

bool Requests::report(RequestText& text, std::string_view id_token, const Meter& meter,
                      const DeviceStatus& status, const RechargeBook& book, size_t& count) const {
  begin_target(text, "/meters/");
  if (!end_target(text, id_token, true)) return false;
  while (!write_report(text, meter, status, book, count)) {
    if (count == 0) return false;
    --count;
  }
  return true;
}

bool Requests::write_report(RequestText& text, const Meter& meter, const DeviceStatus& status,
                            const RechargeBook& book, size_t count) const {
  const Ledger& ledger = meter.ledger();
  const bool closed = meter.supply().state() == SwitchState::connected;
  JsonObject body(text.body);
  body.number("current_balance", ledger.balance_wh())
      .number("consumption_rate", meter.power_w())
      .number("energy_consumed_total", static_cast<int64_t>(ledger.consumed_wh))
      .number("credited_total", static_cast<int64_t>(ledger.credited_wh))
      .number("withdrawn_total", static_cast<int64_t>(ledger.withdrawn_wh))
      .number("sequence", ledger.sequence)
      .boolean("status/online", status.online)
      .text("status/switch", name_of(meter.supply().state()))
      .text("status/supply", closed ? "on" : "off")
      .text("status/firmware", config_.firmware)
      .number("status/rssi", status.rssi)
      .server_time("status/last_seen")
      .number("status/boot_count", ledger.boot_count)
      .text("status/reason", name_of(meter.supply().reason()));
  for (size_t i = 0; i < count; ++i) write_acknowledgement(body, book.at(i), ledger);
  return body.end();
}

bool Requests::acknowledge_alone(RequestText& text, std::string_view id_token, const Meter& meter,
                                 const RechargeBook& book) const {
  begin_target(text, "/meters/");
  JsonObject body(text.body);
  body.number("sequence", meter.ledger().sequence);
  write_acknowledgement(body, book.at(0), meter.ledger());
  return body.end() && end_target(text, id_token, true);
}

bool Requests::hour(RequestText& text, std::string_view id_token, const ClosedHour& hour) const {
  begin_target(text, "/consumption_history/");
  text.target.append('/');
  text.target.append(history_key(hour.hour).view());
  text.body.clear();
  text.body.append(Decimal::of(hour.energy_wh).view());
  return text.body.whole() && end_target(text, id_token, true);
}

bool Requests::alert(RequestText& text, std::string_view id_token, const Alert& alert) const {
  begin_target(text, "/meters/");
  text.target.append("/alerts/");
  text.target.append(name_of(alert.kind));
  text.target.append('-');
  text.target.append(Decimal::of_signed(alert.raised_at_ms).view());
  JsonObject body(text.body);
  body.text("kind", name_of(alert.kind))
      .number("raised_at", alert.raised_at_ms)
      .number("value", alert.value);
  if (alert.cleared_at_ms != 0) body.number("cleared_at", alert.cleared_at_ms);
  return body.end() && end_target(text, id_token, true);
}

bool Requests::command_result(RequestText& text, std::string_view id_token,
                              std::string_view command_id, const char* result) const {
  begin_target(text, "/meters/");
  text.target.append("/commands/");
  text.target.append(command_id);
  JsonObject body(text.body);
  body.server_time("done_at").text("result", result);
  return body.end() && end_target(text, id_token, true);
}

void Requests::begin_target(RequestText& text, const char* root) const {
  text.target.clear();
  text.target.append(prefix_);
  text.target.append(root);
  text.target.append(config_.meter_id);
}

bool Requests::end_target(RequestText& text, std::string_view id_token, bool silent) const {
  text.target.append(".json?");
  if (silent) text.target.append("print=silent&");
  if (!config_.database_namespace.empty()) {
    text.target.append("ns=");
    text.target.append(config_.database_namespace);
    text.target.append('&');
  }
  text.target.append("auth=");
  text.target.append(id_token);
  return text.target.whole();
}

FixedText<16> history_key(uint32_t hour) {
  const CivilHour at = civil_hour(hour);
  FixedText<16> key;
  key.append(Decimal::of(at.year).view());
  key.append('-');
  append_padded(key, at.month);
  key.append('-');
  append_padded(key, at.day);
  key.append('/');
  append_padded(key, at.hour);
  return key;
}

}  // namespace meter
