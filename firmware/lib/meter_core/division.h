// Division of a 64-bit number by a 32-bit one. The compiler's own, for two 64-bit numbers in each
// of four flavours, takes four kilobytes on a 32-bit machine.
#pragma once

#include <cstdint>

namespace meter {

struct Division {
  uint64_t quotient;
  uint32_t rest;
};

// `by` is not zero.
Division divide(uint64_t value, uint32_t by);

}  // namespace meter
