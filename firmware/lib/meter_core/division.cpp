#include "division.h"

namespace meter {

Division divide(uint64_t value, uint32_t by) {
  const auto high = static_cast<uint32_t>(value >> 32);
  auto low = static_cast<uint32_t>(value);
  uint64_t quotient = high / by;
  uint32_t rest = high % by;
  if (rest == 0) return {quotient << 32 | low / by, low % by};
  for (int bit = 0; bit < 32; ++bit) {
    const bool carry = (rest >> 31) != 0;
    rest = rest << 1 | low >> 31;
    low <<= 1;
    quotient <<= 1;
    if (!carry && rest < by) continue;
    rest -= by;
    quotient |= 1;
  }
  return {quotient, rest};
}

}  // namespace meter
