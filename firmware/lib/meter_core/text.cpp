#include "text.h"

#include <cstring>

#include "division.h"

namespace meter {

Text::Text(size_t capacity) : capacity_(static_cast<uint16_t>(capacity)) { clear(); }

bool Text::assign(std::string_view text) {
  clear();
  return append(text);
}

bool Text::append(std::string_view text) {
  const size_t room = size_t{capacity_} - size_;
  const size_t count = text.size() < room ? text.size() : room;
  if (count > 0) std::memcpy(characters() + size_, text.data(), count);
  if (count < text.size()) whole_ = 0;
  const size_t size = size_ + count;
  size_ = size & kMostCapacity;
  characters()[size] = '\0';
  return whole();
}

bool Text::assign(const char* literal) { return assign(std::string_view(literal)); }

bool Text::append(const char* literal) { return append(std::string_view(literal)); }

bool Text::append(char c) { return append(std::string_view(&c, 1)); }

void Text::clear() {
  size_ = 0;
  whole_ = 1;
  characters()[0] = '\0';
}

void Text::resize(size_t size) {
  if (size > size_) return;
  size_ = size & kMostCapacity;
  characters()[size] = '\0';
}

std::string_view Text::view() const { return {c_str(), size()}; }

bool same(std::string_view text, const char* literal) { return text == literal; }

bool take_prefix(std::string_view& text, const char* prefix) {
  const size_t size = std::strlen(prefix);
  if (!same(first(text, size), prefix)) return false;
  text.remove_prefix(size);
  return true;
}

std::string_view take_until(std::string_view& text, char mark) {
  const std::string_view before = first(text, text.find(mark));
  text.remove_prefix(before.size() + (before.size() < text.size() ? 1 : 0));
  return before;
}

std::string_view first(std::string_view text, size_t size) {
  return {text.data(), size < text.size() ? size : text.size()};
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
