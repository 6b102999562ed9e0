// The ledger: every total of the meter that must survive power loss, and its 64-byte record.
//
// All totals only grow. Available credit is their difference, so it is never stored and can never
// disagree with them: balance = credited - withdrawn - consumed.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace meter {

struct Ledger {
  uint64_t credited_wh = 0;        // ever sold to this meter and applied here
  uint64_t withdrawn_wh = 0;       // ever taken back (refunds)
  uint64_t consumed_wh = 0;        // ever used
  uint16_t consumed_rest_mwh = 0;  // 0..999, the part of a Wh not yet counted in consumed_wh
  uint32_t sequence = 0;           // highest recharge sequence applied
  uint32_t command_sequence = 0;   // highest command sequence carried out
  uint32_t boot_count = 0;
  uint32_t hour = 0;     // hours since 1970 UTC of the running hour; 0 before the time is known
  uint32_t hour_wh = 0;  // energy of the running hour
  uint16_t flags = 0;    // see LedgerFlag

  int64_t balance_wh() const {
    return static_cast<int64_t>(credited_wh - withdrawn_wh - consumed_wh);
  }

  // Adds consumption; whole Wh move into the totals, the rest stays in consumed_rest_mwh.
  void consume(uint32_t energy_mwh);
};

enum LedgerFlag : uint16_t {
  kFlagSupplyHeld = 1 << 0,  // disconnected by command or tamper until released
  kFlagSwitchClosed = 1 << 1,
  kFlagEmergencyAccepted = 1 << 2,  // until the balance is above zero again
};

bool operator==(const Ledger& left, const Ledger& right);
inline bool operator!=(const Ledger& left, const Ledger& right) { return !(left == right); }

using LedgerRecord = std::array<uint8_t, 64>;

// Ties a record to its meter, so that a board moved into another meter does not bring credit along.
uint32_t meter_tag(std::string_view meter_id);

LedgerRecord encode(const Ledger& ledger, uint32_t generation, uint32_t tag);

// False when the bytes are not a complete record of this layout.
bool decode(const LedgerRecord& record, Ledger& ledger, uint32_t& generation, uint32_t& tag);

}  // namespace meter
