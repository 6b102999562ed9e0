#include "update_record.h"

#include <cstring>

#include "record.h"

namespace meter {
namespace {

constexpr size_t kBytes = 1 + 4 + 4 + 32 + 4 * 8;

}  // namespace

void read_update_record(TwinRecord& stored, UpdateRecord& record) {
  uint8_t bytes[kBytes + TwinRecord::kSealBytes];
  if (stored.load(bytes, sizeof bytes) != kBytes) return;
  Unpacker from(bytes);
  record.stage = static_cast<UpdateRecord::Stage>(from.u8());
  record.version = from.u32();
  record.offset = from.u32();
  std::memcpy(record.sha256.data(), from.at(), record.sha256.size());
  from = Unpacker(from.at() + record.sha256.size());
  for (uint64_t* total : {&record.totals.credited_wh, &record.totals.withdrawn_wh,
                          &record.totals.consumed_wh, &record.totals.sequence}) {
    *total = from.u64();
  }
}

bool write_update_record(TwinRecord& stored, const UpdateRecord& record) {
  uint8_t bytes[kBytes + TwinRecord::kSealBytes];
  Packer to(bytes);
  to.put(static_cast<uint8_t>(record.stage), 1);
  to.put(record.version, 4);
  to.put(record.offset, 4);
  std::memcpy(to.at(), record.sha256.data(), record.sha256.size());
  to = Packer(to.at() + record.sha256.size());
  for (const uint64_t total : {record.totals.credited_wh, record.totals.withdrawn_wh,
                               record.totals.consumed_wh, record.totals.sequence}) {
    to.put(total, 8);
  }
  return stored.save(bytes, kBytes);
}

}  // namespace meter
