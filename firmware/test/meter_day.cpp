// Measures, on a simulated clock, what a day costs: bytes over the air, writes to flash, and the
// same for one recharge. Prints one JSON object. TLS and TCP add their own on top.
#include <cstdio>
#include <memory>

#include "app.h"
#include "fake_cloud.h"
#include "fakes.h"

namespace {

constexpr uint64_t kDayMs = 24 * 3600000;
constexpr size_t kTokenBytes = 1100;  // of a real ID token with two custom claims

struct Cost {
  uint64_t bytes = 0;
  uint32_t ledger_writes = 0;
};

class Day {
 public:
  Day() : cloud_(clock_), stream_(cloud_), rest_(cloud_) {
    cloud_.token_bytes = kTokenBytes;
    config_.meter_id = "MTR-001";
    config_.device_key = meter::test::test_key();
    config_.database_url = "http://127.0.0.1:9000";
    config_.account = {"http://127.0.0.1:9099", "demo-key", "mtr-001@meters.example",
                       "meter-001-password"};
    config_.firmware = "day";
    app_ = std::make_unique<meter::App>(
        config_, meter::Ports{storage_, clock_, energy_, relay_, stream_, rest_, log_});
    app_->begin();
    cloud_.sell("-N0", 100000000);
    run(60000, 0);
  }

  // `wh_per_minute` is used evenly; the server sends its keep-alive every 30 s.
  Cost run(uint64_t ms, uint32_t wh_per_minute) {
    const Cost before = spent();
    for (uint64_t t = 0; t < ms; t += 1000) {
      clock_.now_ms += 1000;
      energy_.pending_mwh = t % 60000 == 0 ? wh_per_minute * 1000 : 0;
      energy_.power_w = wh_per_minute * 60;
      if (t % 30000 == 0) cloud_.stream_event("keep-alive", "null");
      app_->poll();
    }
    const Cost after = spent();
    return {after.bytes - before.bytes, after.ledger_writes - before.ledger_writes};
  }

  Cost recharge() {
    const Cost before = spent();
    cloud_.sell("-N1", 1000);
    for (int i = 0; i < 10; ++i) app_->poll();
    const Cost after = spent();
    return {after.bytes - before.bytes, after.ledger_writes - before.ledger_writes};
  }

 private:
  Cost spent() {
    return {stream_.bytes_up + stream_.bytes_down + rest_.bytes_up + rest_.bytes_down,
            app_->meter().ledger_writes()};
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
};

}  // namespace

int main() {
  const Cost idle = Day().run(kDayMs, 0);
  const Cost busy = Day().run(kDayMs, 8);  // 11.5 kWh a day
  const Cost recharge = Day().recharge();
  std::printf(
      "{\"idle_day_bytes\":%llu,\"idle_day_ledger_writes\":%u,\"busy_day_bytes\":%llu,"
      "\"busy_day_ledger_writes\":%u,\"recharge_bytes\":%llu,\"app_bytes\":%zu}\n",
      static_cast<unsigned long long>(idle.bytes), idle.ledger_writes,
      static_cast<unsigned long long>(busy.bytes), busy.ledger_writes,
      static_cast<unsigned long long>(recharge.bytes), sizeof(meter::App));
  return 0;
}
