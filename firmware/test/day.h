// A meter over days of a simulated clock, and what they cost: bytes over the air, writes to flash.
#pragma once

#include <memory>

#include "app.h"
#include "fake_cloud.h"
#include "fakes.h"

namespace meter::test {

constexpr uint64_t kDayMs = 24 * 3600000;
constexpr size_t kTokenBytes = 1100;      // of a real ID token with two custom claims
constexpr uint32_t kBusyWhPerMinute = 8;  // 11.5 kWh a day

struct Cost {
  uint64_t bytes = 0;  // of HTTP; TLS and TCP add their own
  uint32_t ledger_writes = 0;
  uint64_t storage_writes = 0;
};

class Day {
 public:
  Day() : cloud_(clock_), stream_(cloud_), rest_(cloud_) {
    cloud_.token_bytes = kTokenBytes;
    cloud_.lazy = true;
    config_.meter_id = "MTR-001";
    config_.device_key = test_key();
    config_.database_url = "http://127.0.0.1:9000";
    config_.account = {"http://127.0.0.1:9099", "demo-key", "mtr-001@meters.example",
                       "meter-001-password"};
    config_.firmware = "day";
    app_ = std::make_unique<App>(config_,
                                 Ports{storage_, clock_, energy_, relay_, stream_, rest_, log_});
    app_->begin();
  }
  virtual ~Day() = default;

  // Signs in, and holds credit for years.
  void begin() {
    cloud_.sell("-N0", 100000000);
    run(60000, 0);
  }

  // `wh_per_minute` is used evenly; the server sends its keep-alive every 30 s.
  Cost run(uint64_t ms, uint32_t wh_per_minute, uint64_t step_ms = 1000) {
    const Cost before = spent();
    for (uint64_t t = 0; t < ms; t += step_ms) {
      use(t, step_ms, wh_per_minute);
      if (t % 30000 == 0) cloud_.stream_event("keep-alive", "null");
      poll();
    }
    return since(before);
  }

  // Without a network: what storage alone has to bear.
  Cost run_alone(uint64_t days, uint32_t wh_per_minute, uint64_t step_ms = 5000) {
    const Cost before = spent();
    for (uint64_t t = 0; t < days * kDayMs; t += step_ms) {
      use(t, step_ms, wh_per_minute);
      app_->poll(false);
      if (t % 60000 == 0) log_.events.clear();
    }
    return since(before);
  }

  // Until its acknowledgement is answered.
  Cost recharge() {
    const Cost before = spent();
    cloud_.sell("-N1", 1000);
    for (int i = 0; i < 10; ++i) poll();
    return since(before);
  }

 protected:
  virtual void poll_app() { app_->poll(); }

  void use(uint64_t t, uint64_t step_ms, uint32_t wh_per_minute) {
    clock_.now_ms += step_ms;
    energy_.pending_mwh = t % 60000 == 0 ? wh_per_minute * 1000 : 0;
    energy_.power_w = wh_per_minute * 60;
  }

  // The server answers between the device's steps, as many as one second of a network allows.
  void poll() {
    for (int i = 0; i < 4; ++i) {
      poll_app();
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

  FakeClock clock_;
  FakeCloud cloud_;
  FakeConnection stream_;
  FakeConnection rest_;
  FakeStorage storage_;
  FakeEnergy energy_;
  FakeSwitch relay_;
  FakeLog log_;
  Config config_;
  std::unique_ptr<App> app_;
};

}  // namespace meter::test
