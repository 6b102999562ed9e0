#pragma once

#include <chrono>

#include "ports.h"

namespace meter {

class SystemClock final : public IClock {
 public:
  uint64_t monotonic_ms() override {
    return static_cast<uint64_t>(count(std::chrono::steady_clock::now().time_since_epoch()));
  }

  int64_t epoch_ms() override { return count(std::chrono::system_clock::now().time_since_epoch()); }

 private:
  template <typename Duration>
  static int64_t count(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  }
};

}  // namespace meter
