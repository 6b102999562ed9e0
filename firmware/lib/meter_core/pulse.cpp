#include "pulse.h"

namespace meter {

void PulseMeter::on_edge(bool active, uint32_t now_ms) {
  if (active == active_) return;
  active_ = active;
  if (active) {
    start_ms_ = now_ms;
    return;
  }
  const bool first = count_.load(std::memory_order_relaxed) == 0;
  const uint32_t interval_ms = start_ms_ - last_start_ms_.load(std::memory_order_relaxed);
  const bool wide = now_ms - start_ms_ >= filter_.minimum_width_ms;
  if (!wide || (!first && interval_ms < filter_.minimum_interval_ms)) {
    rejected_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  interval_ms_.store(first ? 0 : interval_ms, std::memory_order_relaxed);
  last_start_ms_.store(start_ms_, std::memory_order_relaxed);
  count_.fetch_add(1, std::memory_order_release);
}

EnergyReading PulseMeter::read(uint32_t now_ms) {
  const uint32_t count = count_.load(std::memory_order_acquire);
  const uint32_t fresh = count - seen_;  // right across the counter's wrap
  seen_ = count;
  return {energy_.add(fresh), power_w(now_ms), false};
}

// A falling load shows before the next pulse: power is at most one pulse in the time since the
// last.
uint32_t PulseMeter::power_w(uint32_t now_ms) const {
  const uint32_t interval_ms = interval_ms_.load(std::memory_order_relaxed);
  const uint32_t since_ms = now_ms - last_start_ms_.load(std::memory_order_relaxed);
  if (interval_ms == 0 || since_ms >= kIdleMs) return 0;
  return energy_.power_w(since_ms > interval_ms ? since_ms : interval_ms);
}

}  // namespace meter
