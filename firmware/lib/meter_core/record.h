// What records in storage are made of: little-endian numbers, and a CRC-32 that tells a whole one
// from a torn one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace meter {

// CRC-32 (IEEE 802.3), reflected.
uint32_t crc32(const uint8_t* data, size_t size);

// Writes the number's low `bytes` bytes and moves on.
class Packer {
 public:
  explicit Packer(uint8_t* at) : at_(at) {}
  void put(uint64_t value, int bytes);
  uint8_t* at() const { return at_; }

 private:
  uint8_t* at_;
};

class Unpacker {
 public:
  explicit Unpacker(const uint8_t* at) : at_(at) {}
  uint64_t u64() { return take(8); }
  uint32_t u32() { return static_cast<uint32_t>(take(4)); }
  uint16_t u16() { return static_cast<uint16_t>(take(2)); }
  uint8_t u8() { return static_cast<uint8_t>(take(1)); }
  const uint8_t* at() const { return at_; }

 private:
  uint64_t take(int bytes);

  const uint8_t* at_;
};

}  // namespace meter
