// Measures, on a simulated clock, what a day costs: bytes over the air, writes to flash, stack, and
// the same for one recharge. Prints one JSON object. TLS and TCP add their own on top.
#include <chrono>
#include <cstdio>
#include <memory>

#include "day.h"
#include "painted_stack.h"

namespace {

using meter::test::Cost;
using meter::test::kBusyWhPerMinute;
using meter::test::kDayMs;

class MeasuredDay final : public meter::test::Day {
 public:
  MeasuredDay() { begin(); }

  // From the event's arrival to the acknowledgement on its way, in microseconds of this machine.
  long recharge_us() {
    cloud_.sell("-N2", 1000);
    const auto start = std::chrono::steady_clock::now();
    stack_.run();
    const auto took = std::chrono::steady_clock::now() - start;
    return std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  }

  size_t stack_bytes() const { return stack_.most_used(); }

 private:
  void poll_app() override { stack_.run(); }

  meter::test::PaintedStack stack_{[this] { app_->poll(); }};
};

}  // namespace

int main() {
  const auto idle = std::make_unique<MeasuredDay>()->run(kDayMs, 0);
  const auto busy = std::make_unique<MeasuredDay>();
  const Cost day = busy->run(kDayMs, kBusyWhPerMinute);
  const auto selling = std::make_unique<MeasuredDay>();
  const Cost recharge = selling->recharge();
  const long recharge_us = selling->recharge_us();
  const Cost year = std::make_unique<MeasuredDay>()->run_alone(365, kBusyWhPerMinute);
  std::printf(
      "{\"idle_day_bytes\":%llu,\"idle_day_ledger_writes\":%u,\"busy_day_bytes\":%llu,"
      "\"busy_day_ledger_writes\":%u,\"recharge_bytes\":%llu,\"recharge_us\":%ld,"
      "\"stack_bytes\":%zu,\"year_writes\":%llu,\"app_bytes\":%zu}\n",
      static_cast<unsigned long long>(idle.bytes), idle.ledger_writes,
      static_cast<unsigned long long>(day.bytes), day.ledger_writes,
      static_cast<unsigned long long>(recharge.bytes), recharge_us, busy->stack_bytes(),
      static_cast<unsigned long long>(year.storage_writes), sizeof(meter::App));
  return 0;
}
