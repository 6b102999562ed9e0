// Measures, on a simulated clock, what a day costs: bytes over the air, writes to flash, stack, and
// the same for one recharge. Prints one JSON object. TLS and TCP add their own on top.
#include <ucontext.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "app.h"
#include "fake_cloud.h"
#include "fakes.h"

namespace {

constexpr uint64_t kDayMs = 24 * 3600000;
constexpr size_t kTokenBytes = 1100;      // of a real ID token with two custom claims
constexpr uint32_t kBusyWhPerMinute = 8;  // 11.5 kWh a day
constexpr size_t kStackBytes = 1 << 18;
constexpr uint8_t kPaint = 0xa5;

struct Cost {
  uint64_t bytes = 0;
  uint32_t ledger_writes = 0;
  uint64_t storage_writes = 0;
};

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

class Day {
 public:
  Day() : cloud_(clock_), stream_(cloud_), rest_(cloud_) {
    cloud_.token_bytes = kTokenBytes;
    cloud_.lazy = true;
    config_.meter_id = "MTR-001";
    config_.device_key = meter::test::test_key();
    config_.database_url = "http://127.0.0.1:9000";
    config_.account = {"http://127.0.0.1:9099", "demo-key", "mtr-001@meters.example",
                       "meter-001-password"};
    config_.firmware = "day";
    app_ = std::make_unique<meter::App>(
        config_, meter::Ports{storage_, clock_, energy_, relay_, stream_, rest_, log_});
    app_->begin();
    running_ = app_.get();
    cloud_.sell("-N0", 100000000);
    run(60000, 0);
  }

  // `wh_per_minute` is used evenly; the server sends its keep-alive every 30 s.
  Cost run(uint64_t ms, uint32_t wh_per_minute) {
    const Cost before = spent();
    for (uint64_t t = 0; t < ms; t += 1000) {
      use(t, 1000, wh_per_minute);
      if (t % 30000 == 0) cloud_.stream_event("keep-alive", "null");
      poll();
    }
    return since(before);
  }

  // Without a network: what storage alone has to bear.
  Cost run_alone(uint64_t days, uint32_t wh_per_minute) {
    const Cost before = spent();
    for (uint64_t t = 0; t < days * kDayMs; t += 5000) {
      use(t, 5000, wh_per_minute);
      app_->poll(false);
      if (t % 60000 == 0) log_.events.clear();
    }
    return since(before);
  }

  Cost recharge() {
    const Cost before = spent();
    cloud_.sell("-N1", 1000);
    for (int i = 0; i < 10; ++i) poll();
    return since(before);
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
  void use(uint64_t t, uint64_t step_ms, uint32_t wh_per_minute) {
    clock_.now_ms += step_ms;
    energy_.pending_mwh = t % 60000 == 0 ? wh_per_minute * 1000 : 0;
    energy_.power_w = wh_per_minute * 60;
  }

  // The server answers between the device's steps, as many as one second of a network allows.
  void poll() {
    for (int i = 0; i < 4; ++i) {
      stack_.poll();
      cloud_.pump();
    }
    log_.events.clear();
  }

  Cost spent() {
    return {stream_.bytes_up + stream_.bytes_down + rest_.bytes_up + rest_.bytes_down,
            app_->meter().ledger_writes(), storage_.writes};
  }

  Cost since(const Cost& before) {
    const Cost now = spent();
    return {now.bytes - before.bytes, now.ledger_writes - before.ledger_writes,
            now.storage_writes - before.storage_writes};
  }

  meter::test::FakeClock clock_;
  meter::test::FakeCloud cloud_;
  meter::test::FakeConnection stream_;
  meter::test::FakeConnection rest_;
  meter::test::FakeStorage storage_;
  meter::test::FakeEnergy energy_;
  meter::test::FakeSwitch relay_;
  meter::test::FakeLog log_;
  meter::Config config_;
  std::unique_ptr<meter::App> app_;
  meter::App* running_ = nullptr;
  PaintedStack stack_{running_};
};

}  // namespace

int main() {
  const auto idle = std::make_unique<Day>()->run(kDayMs, 0);
  const auto busy = std::make_unique<Day>();
  const Cost day = busy->run(kDayMs, kBusyWhPerMinute);
  const auto selling = std::make_unique<Day>();
  const Cost recharge = selling->recharge();
  const long recharge_us = selling->recharge_us();
  const Cost year = std::make_unique<Day>()->run_alone(365, kBusyWhPerMinute);
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
