// Measures, on a simulated clock, what a day costs: bytes over the air, writes to flash, stack, and
// the same for one recharge. Prints one JSON object. TLS and TCP add their own on top.
#include <ucontext.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "day.h"

namespace {

using meter::test::Cost;
using meter::test::kBusyWhPerMinute;
using meter::test::kDayMs;

constexpr size_t kStackBytes = 1 << 18;
constexpr uint8_t kPaint = 0xa5;

// Polls on a stack of its own, painted before, so that its deepest use can be seen.
class PaintedStack {
 public:
  explicit PaintedStack(meter::App*& app) : app_(app) {
    std::fill(std::begin(stack_), std::end(stack_), kPaint);
    ::getcontext(&inside_);
    inside_.uc_stack.ss_sp = stack_;
    inside_.uc_stack.ss_size = sizeof stack_;
    self = this;
    ::makecontext(&inside_, run, 0);
  }

  void poll() { ::swapcontext(&outside_, &inside_); }

  size_t most_used() const {
    size_t untouched = 0;
    while (untouched < sizeof stack_ && stack_[untouched] == kPaint) ++untouched;
    return sizeof stack_ - untouched;
  }

 private:
  static void run() {
    PaintedStack* const own = self;
    for (;;) {
      own->app_->poll();
      ::swapcontext(&own->inside_, &own->outside_);
    }
  }

  static PaintedStack* self;
  meter::App*& app_;
  ucontext_t inside_{};
  ucontext_t outside_{};
  uint8_t stack_[kStackBytes];
};

PaintedStack* PaintedStack::self = nullptr;

class MeasuredDay final : public meter::test::Day {
 public:
  MeasuredDay() {
    running_ = app_.get();
    begin();
  }

  // From the event's arrival to the acknowledgement on its way, in microseconds of this machine.
  long recharge_us() {
    cloud_.sell("-N2", 1000);
    const auto start = std::chrono::steady_clock::now();
    stack_.poll();
    const auto took = std::chrono::steady_clock::now() - start;
    return std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  }

  size_t stack_bytes() const { return stack_.most_used(); }

 private:
  void poll_app() override { stack_.poll(); }

  meter::App* running_ = nullptr;
  PaintedStack stack_{running_};
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
