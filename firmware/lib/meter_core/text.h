// Bounded text: a string of fixed capacity and a writer over a caller's buffer.
// Neither grows; both remember that something did not fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace meter {

// Appends to `size` characters and a terminator; false when the text was cut at the capacity.
bool append_bounded(char* data, size_t capacity, size_t& size, std::string_view text);

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
    if (!append_bounded(data_, Capacity, size_, text)) whole_ = false;
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
  static Decimal of(uint64_t value);
  static Decimal of_signed(int64_t value);

  std::string_view view() const { return {digits_ + first_, sizeof digits_ - first_}; }

 private:
  void put(uint64_t value);

  char digits_[21] = {};
  size_t first_ = sizeof digits_;
};

// Plain decimal digits only, no sign, no leading zero except "0"; false on anything else or on
// overflow.
bool parse_decimal(std::string_view text, uint64_t& value);

}  // namespace meter
