// Time since boot, and the time of day once SNTP has set it.
#pragma once

#include <esp_timer.h>
#include <sys/time.h>

#include "ports.h"

class DeviceClock final : public meter::IClock {
 public:
  uint64_t monotonic_ms() override { return static_cast<uint64_t>(esp_timer_get_time()) / 1000; }

  int64_t epoch_ms() override {
    timeval now{};
    gettimeofday(&now, nullptr);
    // Before SNTP the clock starts in 1970.
    constexpr time_t kEarliest = 1735689600;  // 2025-01-01
    if (now.tv_sec < kEarliest) return 0;
    return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_usec / 1000;
  }
};
