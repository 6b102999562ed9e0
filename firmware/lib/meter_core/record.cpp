#include "record.h"

namespace meter {

uint32_t crc32(const uint8_t* data, size_t size) {
  uint32_t crc = 0xffffffff;
  for (size_t i = 0; i < size; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

void Packer::put(uint64_t value, int bytes) {
  for (; bytes > 0; --bytes, value >>= 8) *at_++ = static_cast<uint8_t>(value);
}

uint64_t Unpacker::take(int bytes) {
  uint64_t value = 0;
  for (int i = bytes - 1; i >= 0; --i) value = value << 8 | at_[i];
  at_ += bytes;
  return value;
}

}  // namespace meter
