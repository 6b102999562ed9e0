// Every cut of a story: which write, at which byte, and what the flash is left with. The deep run
// (METER_DEEP) takes each byte of each write in each tear mode; the everyday run takes each write
// in each mode at one byte, another one for every mode.
#pragma once

#include <vector>

#include "fakes.h"

namespace meter::test {

struct Cut {
  size_t write;  // the first is 1
  size_t byte;
  Tear tear;
};

// `sizes` of the writes as the story makes them when nothing is cut. A lost key and a completed
// write do not depend on the byte: one cut each.
inline std::vector<Cut> cuts_of(const std::vector<size_t>& sizes) {
  std::vector<Cut> cuts;
  for (size_t write = 1; write <= sizes.size(); ++write) {
    const size_t size = sizes[write - 1];
    size_t mode = 0;
    for (const Tear tear : kAllTears) {
      const bool anywhere = tear == Tear::key_lost || tear == Tear::complete;
      if (anywhere || !deep()) {
        cuts.push_back({write, (write * 5 + mode++ * 17) % (size + 1), tear});
        continue;
      }
      for (size_t byte = 0; byte <= size; ++byte) cuts.push_back({write, byte, tear});
    }
  }
  return cuts;
}

}  // namespace meter::test
