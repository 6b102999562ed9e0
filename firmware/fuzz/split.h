// The property every byte-fed reader has: any slices give what the whole gives.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

// The first byte of the input chooses the slice size.
template <typename Read>
void require_split_invariance(const uint8_t* data, size_t size, Read read) {
  if (size == 0) return;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = read(bytes, bytes.size() + 1);
  if (read(bytes, size_t{1} + data[0] % 17) != whole) std::abort();
  if (read(bytes, 1) != whole) std::abort();
}
