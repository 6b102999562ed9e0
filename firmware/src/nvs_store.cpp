#include "nvs_store.h"

#include "text.h"

namespace {

using Key = meter::FixedText<15>;  // the longest key NVS takes

}  // namespace

bool NvsStore::begin() { return preferences_.begin(name_, false, "ledger"); }

size_t NvsStore::read(std::string_view key, uint8_t* data, size_t capacity) {
  const Key name(key);
  const size_t size = preferences_.getBytesLength(name.c_str());
  if (size == 0 || size > capacity) return 0;
  return preferences_.getBytes(name.c_str(), data, capacity);
}

bool NvsStore::write(std::string_view key, const uint8_t* data, size_t size) {
  const Key name(key);
  return preferences_.putBytes(name.c_str(), data, size) == size;
}
