#include "ledger.h"

#include "division.h"
#include "record.h"

namespace meter {
namespace {

constexpr uint16_t kLayout = 0x4c01;  // 'L', layout 1
constexpr size_t kCrcOffset = 60;

}  // namespace

void Ledger::consume(uint32_t energy_mwh) {
  const Division total = divide(uint64_t{consumed_rest_mwh} + energy_mwh, 1000);
  consumed_wh += total.quotient;
  hour_wh += static_cast<uint32_t>(total.quotient);
  consumed_rest_mwh = static_cast<uint16_t>(total.rest);
}

bool operator==(const Ledger& left, const Ledger& right) {
  return left.credited_wh == right.credited_wh && left.withdrawn_wh == right.withdrawn_wh &&
         left.consumed_wh == right.consumed_wh &&
         left.consumed_rest_mwh == right.consumed_rest_mwh && left.sequence == right.sequence &&
         left.command_sequence == right.command_sequence && left.boot_count == right.boot_count &&
         left.hour == right.hour && left.hour_wh == right.hour_wh && left.flags == right.flags;
}

uint32_t meter_tag(std::string_view meter_id) {
  return crc32(reinterpret_cast<const uint8_t*>(meter_id.data()), meter_id.size());
}

LedgerRecord encode(const Ledger& ledger, uint32_t generation, uint32_t tag) {
  LedgerRecord record{};
  Packer body(record.data());
  body.put(kLayout, 2);
  body.put(ledger.flags, 2);
  body.put(generation, 4);
  body.put(ledger.credited_wh, 8);
  body.put(ledger.withdrawn_wh, 8);
  body.put(ledger.consumed_wh, 8);
  body.put(ledger.sequence, 4);
  body.put(ledger.command_sequence, 4);
  body.put(ledger.boot_count, 4);
  body.put(tag, 4);
  body.put(ledger.hour, 4);
  body.put(ledger.hour_wh, 4);
  body.put(ledger.consumed_rest_mwh, 2);
  Packer(record.data() + kCrcOffset).put(crc32(record.data(), kCrcOffset), 4);
  return record;
}

bool decode(const LedgerRecord& record, Ledger& ledger, uint32_t& generation, uint32_t& tag) {
  if (Unpacker(record.data() + kCrcOffset).u32() != crc32(record.data(), kCrcOffset)) return false;
  Unpacker body(record.data());
  if (body.u16() != kLayout) return false;
  Ledger found;
  found.flags = body.u16();
  generation = body.u32();
  found.credited_wh = body.u64();
  found.withdrawn_wh = body.u64();
  found.consumed_wh = body.u64();
  found.sequence = body.u32();
  found.command_sequence = body.u32();
  found.boot_count = body.u32();
  tag = body.u32();
  found.hour = body.u32();
  found.hour_wh = body.u32();
  found.consumed_rest_mwh = body.u16();
  if (found.consumed_rest_mwh > 999) return false;
  ledger = found;
  return true;
}

}  // namespace meter
