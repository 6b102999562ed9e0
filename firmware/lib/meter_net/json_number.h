// The grammar of a JSON number as a table of places, one character at a time.
#pragma once

#include <cstdint>

namespace meter {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Places in the number grammar: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
enum NumberPlace : uint8_t {
  kStart,
  kMinus,
  kZero,
  kInteger,
  kPoint,
  kFraction,
  kExponent,
  kExponentSign,
  kExponentDigits,
  kInvalid,
};

inline NumberPlace next_place(NumberPlace place, char c) {
  switch (place) {
    case kStart:
    case kMinus:
      if (c == '-' && place == kStart) return kMinus;
      if (c == '0') return kZero;
      return is_digit(c) ? kInteger : kInvalid;
    case kZero:
    case kInteger:
      if (place == kInteger && is_digit(c)) return kInteger;
      if (c == '.') return kPoint;
      return c == 'e' || c == 'E' ? kExponent : kInvalid;
    case kPoint:
      return is_digit(c) ? kFraction : kInvalid;
    case kFraction:
      if (is_digit(c)) return kFraction;
      return c == 'e' || c == 'E' ? kExponent : kInvalid;
    case kExponent:
      if (c == '+' || c == '-') return kExponentSign;
      return is_digit(c) ? kExponentDigits : kInvalid;
    case kExponentSign:
    case kExponentDigits:
      return is_digit(c) ? kExponentDigits : kInvalid;
    case kInvalid:
      break;
  }
  return kInvalid;
}

}  // namespace meter
