#include "warm_memory.h"

#include <esp_attr.h>

#include <cstring>

namespace {

constexpr size_t kBytes = 64;
// The record carries its own CRC, so garbage after power-on is recognised by who reads it.
RTC_NOINIT_ATTR uint8_t record[kBytes];

}  // namespace

size_t WarmMemory::read(std::string_view, uint8_t* data, size_t capacity) {
  if (capacity < kBytes) return 0;
  std::memcpy(data, record, kBytes);
  return kBytes;
}

bool WarmMemory::write(std::string_view, const uint8_t* data, size_t size) {
  if (size != kBytes) return false;
  std::memcpy(record, data, size);
  return true;
}
