// When to join the Wi-Fi anew. The station's own retries end for good after some refusals (a
// failed authentication, a full access point); without this the meter stayed away until a power
// cut.
#pragma once

#include <cstdint>

namespace meter {

class Rejoin {
 public:
  static constexpr uint64_t kEveryMs = 60000;

  // True once for every `kEveryMs` without the network. `settled`: it is up, or not ours to join.
  bool due(bool settled, uint64_t now_ms) {
    if (settled) since_ms_ = now_ms;
    if (now_ms - since_ms_ < kEveryMs) return false;
    since_ms_ = now_ms;
    return true;
  }

 private:
  uint64_t since_ms_ = 0;
};

}  // namespace meter
