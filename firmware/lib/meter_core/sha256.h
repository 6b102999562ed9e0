// SHA-256 (FIPS 180-4) and HMAC-SHA256 (RFC 2104): the same code on host, fuzzer and device.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace meter {

using Digest = std::array<uint8_t, 32>;

class Sha256 {
 public:
  Sha256();
  void update(const uint8_t* data, size_t size);
  void update(std::string_view text);
  Digest finish();

 private:
  void compress(const uint8_t* block);

  std::array<uint32_t, 8> state_;
  std::array<uint8_t, 64> block_{};
  uint64_t total_ = 0;
};

class HmacSha256 {
 public:
  HmacSha256(const uint8_t* key, size_t key_size);
  void update(std::string_view text) { inner_.update(text); }
  Digest finish();

 private:
  std::array<uint8_t, 64> pad_{};
  Sha256 inner_;
};

// Takes the same time wherever the first difference is.
bool equal_in_constant_time(const Digest& left, const Digest& right);

// Pairs of hexadecimal digits, lower case, for at most `capacity` bytes.
bool parse_hex(std::string_view hex, uint8_t* bytes, size_t capacity);

// Exactly 64 of them.
bool parse_hex(std::string_view hex, Digest& bytes);

}  // namespace meter
