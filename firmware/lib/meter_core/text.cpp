#include "text.h"

#include <cstring>

#include "division.h"

namespace meter {

bool append_bounded(char* data, size_t capacity, size_t& size, std::string_view text) {
  const size_t room = capacity - size;
  const size_t count = text.size() < room ? text.size() : room;
  if (count > 0) std::memcpy(data + size, text.data(), count);
  size += count;
  data[size] = '\0';
  return count == text.size();
}

Decimal Decimal::of(uint64_t value) {
  Decimal decimal;
  decimal.put(value);
  return decimal;
}

Decimal Decimal::of_signed(int64_t value) {
  Decimal decimal;
  const auto magnitude = static_cast<uint64_t>(value);
  decimal.put(value < 0 ? uint64_t{0} - magnitude : magnitude);
  if (value < 0) decimal.digits_[--decimal.first_] = '-';
  return decimal;
}

void Decimal::put(uint64_t value) {
  do {
    const Division digit = divide(value, 10);
    digits_[--first_] = static_cast<char>('0' + digit.rest);
    value = digit.quotient;
  } while (value != 0);
}

bool parse_decimal(std::string_view text, uint64_t& value) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  constexpr uint64_t kMost = UINT64_MAX;
  uint64_t result = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const auto digit = static_cast<uint64_t>(c - '0');
    if (result > kMost / 10 || (result == kMost / 10 && digit > kMost % 10)) return false;
    result = result * 10 + digit;
  }
  value = result;
  return true;
}

}  // namespace meter
