// Bounded text: a string of fixed capacity and a writer over a caller's buffer.
// Neither grows; both remember that something did not fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace meter {

// A FixedText of any capacity. Its characters follow it in memory, so that one copy of this code
// serves every capacity and a copy of a text is a copy of its bytes.
class Text {
 public:
  // False when the text was cut at the capacity.
  bool assign(std::string_view text);
  bool append(std::string_view text);
  bool append(char c);

  // Literals: a pointer alone is half the code of a view at every place that names one.
  bool assign(const char* literal);
  bool append(const char* literal);

  void clear();
  void resize(size_t size);  // shorter only

  std::string_view view() const;
  const char* c_str() const { return reinterpret_cast<const char*>(this + 1); }
  size_t capacity() const { return capacity_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool whole() const { return whole_ != 0; }

 protected:
  static constexpr size_t kMostCapacity = 0x7fff;

  explicit Text(size_t capacity);
  Text(const Text&) = default;
  Text& operator=(const Text&) = default;
  ~Text() = default;

 private:
  char* characters() { return reinterpret_cast<char*>(this + 1); }

  uint16_t capacity_;
  uint16_t size_ : 15;
  uint16_t whole_ : 1;
};

template <size_t Capacity>
class FixedText : public Text {
  static_assert(Capacity <= kMostCapacity, "the size has 15 bits");

 public:
  FixedText() : Text(Capacity) {}
  explicit FixedText(std::string_view text) : FixedText() { assign(text); }
  explicit FixedText(const char* literal) : FixedText() { assign(literal); }

 private:
  char characters_[Capacity + 1];
};

// Whether the text is this literal.
bool same(std::string_view text, const char* literal);

// Takes the prefix off the text; false when it does not begin so.
bool take_prefix(std::string_view& text, const char* prefix);

// Takes off what stands before the first `mark`, and the mark; everything where there is none.
std::string_view take_until(std::string_view& text, char mark);

// At most `size` characters of the beginning.
std::string_view first(std::string_view text, size_t size);

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
