// Bounded text: a string of fixed capacity and a writer over a caller's buffer.
// Neither grows; both remember that something did not fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace meter {

template <size_t Capacity>
class FixedText {
 public:
  FixedText() = default;
  explicit FixedText(std::string_view text) { assign(text); }

  // False when the text was cut at the capacity.
  bool assign(std::string_view text) {
    clear();
    return append(text);
  }

  bool append(std::string_view text) {
    const size_t room = Capacity - size_;
    const size_t count = text.size() < room ? text.size() : room;
    if (count > 0) std::memcpy(data_ + size_, text.data(), count);
    size_ += count;
    data_[size_] = '\0';
    if (count != text.size()) whole_ = false;
    return whole_;
  }

  bool append(char c) { return append(std::string_view(&c, 1)); }

  void clear() { resize(0), whole_ = true; }

  void resize(size_t size) {
    if (size > size_) return;
    size_ = size;
    data_[size_] = '\0';
  }

  std::string_view view() const { return {data_, size_}; }
  const char* c_str() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool whole() const { return whole_; }

 private:
  char data_[Capacity + 1] = {};
  size_t size_ = 0;
  bool whole_ = true;
};

// Digits of an integer; the view lives as long as the object.
class Decimal {
 public:
  static Decimal of(uint64_t value) {
    Decimal d;
    d.put(value);
    return d;
  }

  static Decimal of_signed(int64_t value) {
    Decimal d;
    d.put(value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value));
    if (value < 0) d.digits_[--d.first_] = '-';
    return d;
  }

  std::string_view view() const { return {digits_ + first_, sizeof digits_ - first_}; }

 private:
  void put(uint64_t value) {
    do {
      digits_[--first_] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
  }

  char digits_[21] = {};
  size_t first_ = sizeof digits_;
};

// Plain decimal digits only, no sign, no leading zero except "0"; false on anything else or on
// overflow.
inline bool parse_decimal(std::string_view text, uint64_t& value) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  uint64_t result = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const uint64_t digit = static_cast<uint64_t>(c - '0');
    if (result > (UINT64_MAX - digit) / 10) return false;
    result = result * 10 + digit;
  }
  value = result;
  return true;
}

}  // namespace meter
