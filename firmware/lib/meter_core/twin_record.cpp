#include "twin_record.h"

#include "record.h"

namespace meter {
namespace {

constexpr size_t kGenerationBytes = 4;

}  // namespace

size_t TwinRecord::load(uint8_t* record, size_t capacity) {
  uint32_t generations[2] = {0, 0};
  for (int slot = 0; slot < 2; ++slot) read(slot, record, capacity, generations[slot]);
  newest_ = generations[1] >= generations[0] ? 1 : 0;
  generation_ = generations[newest_];
  return generation_ == 0 ? 0 : read(newest_, record, capacity, generations[newest_]);
}

bool TwinRecord::save(uint8_t* record, size_t size) {
  const int slot = 1 - newest_;
  const size_t whole = size + kSealBytes;
  Packer(record + size).put(generation_ + 1, kGenerationBytes);
  const uint32_t crc = crc32(record, size + kGenerationBytes);
  Packer(record + size + kGenerationBytes).put(crc, kSealBytes - kGenerationBytes);
  if (!storage_.write(key_of(slot).view(), record, whole)) return false;
  uint32_t generation = 0;
  if (read(slot, record, whole, generation) != size || generation != generation_ + 1) return false;
  newest_ = slot;
  ++generation_;
  return true;
}

TwinRecord::Key TwinRecord::key_of(int slot) const {
  Key key(name_);
  key.append(slot == 0 ? "_a" : "_b");
  return key;
}

// A record that is whole has a generation above 0.
size_t TwinRecord::read(int slot, uint8_t* record, size_t capacity, uint32_t& generation) const {
  const size_t stored = storage_.read(key_of(slot).view(), record, capacity);
  if (stored < kSealBytes) return 0;
  const size_t size = stored - kSealBytes;
  Unpacker seal(record + size);
  const uint32_t found = seal.u32();
  if (seal.u32() != crc32(record, size + kGenerationBytes)) return 0;
  generation = found;
  return size;
}

}  // namespace meter
