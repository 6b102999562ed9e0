// Waiting longer after each failure, with jitter so that an estate does not return all at once.
#pragma once

#include <cstdint>

namespace meter {

class Backoff {
 public:
  Backoff(uint32_t first_ms, uint32_t most_ms, uint32_t seed)
      : first_ms_(first_ms), most_ms_(most_ms), random_(seed == 0 ? 1 : seed) {}

  // Between half and the whole of first * 2^failures, at most `most_ms`.
  uint32_t next_ms() {
    uint64_t span = first_ms_;
    for (uint32_t i = 0; i < failures_ && span < most_ms_; ++i) span *= 2;
    if (span > most_ms_) span = most_ms_;
    if (failures_ < 32) ++failures_;
    const uint32_t half = static_cast<uint32_t>(span / 2);
    return half + (half == 0 ? 0 : next_random() % (half + 1));
  }

  void succeeded() { failures_ = 0; }
  uint32_t failures() const { return failures_; }

 private:
  // xorshift32 (Marsaglia 2003)
  uint32_t next_random() {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    return random_;
  }

  uint32_t first_ms_;
  uint32_t most_ms_;
  uint32_t random_;
  uint32_t failures_ = 0;
};

}  // namespace meter
