// Commands from the operator: signed for this meter, carried out once, in order of their sequence.
//
//   kind              arguments                                  effect
//   connect           -                                          releases a held supply
//   disconnect        -                                          holds the supply off
//   test_supply       seconds=N (at most 3600)                   supplies without credit for so
//   long set_tariff_zone   low_wh=N;emergency_wh=N;power_limit_w=N... any numbers of SupplyPolicy
//   withdraw          withdrawn_total_wh=N                       raises the total taken back, if so
//                                                              much is left unused
//   restore           credited_total_wh=N;withdrawn_total_wh=N;  raises totals after storage was
//   lost
//                     consumed_total_wh=N;sequence=N
//   reboot            -
//   update_firmware   version=N                                  fetches, proves and boots it
#pragma once

#include <cstdint>
#include <string_view>

#include "sha256.h"
#include "text.h"

namespace meter {

struct Command {
  Command();

  FixedText<64> command_id;
  FixedText<24> kind;
  FixedText<160> arguments;  // "name=number;name=number"
  uint64_t sequence = 0;
  Digest mac{};
  bool done = false;
};

// HMAC over "{meter_id}|{command_id}|{kind}|{sequence}|{arguments}".
Digest command_mac(const Digest& device_key, std::string_view meter_id, const Command& command);

// False when anything is wrong with it: signature, length, sequence, or a '|' in id or kind.
bool authentic(const Digest& device_key, std::string_view meter_id, const Command& command);

// Takes "name=number" pairs one by one; false at the end or, with `broken`, at a malformed pair.
class Arguments {
 public:
  explicit Arguments(std::string_view text) : rest_(text) {}
  bool next(std::string_view& name, uint64_t& value);
  bool broken() const { return broken_; }

 private:
  std::string_view rest_;
  bool broken_ = false;
};

}  // namespace meter
