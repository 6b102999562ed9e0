#include "command.h"

namespace meter {

Command::Command() = default;

Digest command_mac(const Digest& device_key, std::string_view meter_id, const Command& command) {
  const Decimal sequence = Decimal::of(command.sequence);
  HmacSha256 mac(device_key.data(), device_key.size());
  mac.update(meter_id);
  for (const std::string_view part : {command.command_id.view(), command.kind.view(),
                                      sequence.view(), command.arguments.view()}) {
    mac.update("|");
    mac.update(part);
  }
  return mac.finish();
}

bool authentic(const Digest& device_key, std::string_view meter_id, const Command& command) {
  const auto clean = [](std::string_view text) {
    return !text.empty() && text.find('|') == std::string_view::npos;
  };
  const bool whole =
      command.command_id.whole() && command.kind.whole() && command.arguments.whole();
  if (!whole || !clean(command.command_id.view()) || !clean(command.kind.view())) return false;
  // A number in place of the kind would read like a recharge.
  if (command.kind.view()[0] >= '0' && command.kind.view()[0] <= '9') return false;
  if (command.sequence == 0 || command.sequence >= UINT32_MAX) return false;
  return equal_in_constant_time(command_mac(device_key, meter_id, command), command.mac);
}

bool Arguments::next(std::string_view& name, uint64_t& value) {
  if (rest_.empty()) return false;
  std::string_view pair = take_until(rest_, ';');
  name = take_until(pair, '=');
  if (!name.empty() && parse_decimal(pair, value)) return true;
  broken_ = true;
  rest_ = {};
  return false;
}

}  // namespace meter
