// A board with its surroundings: boot() makes a new App over the same storage and cloud.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "app.h"
#include "fake_cloud.h"
#include "fakes.h"

namespace meter::test {

class Board {
 public:
  Board() : cloud(clock), stream(cloud), rest(cloud) {
    config.meter_id = "MTR-001";
    config.device_key = test_key();
    config.database_url = "http://127.0.0.1:9000";
    config.database_namespace = "demo-lipamita-default-rtdb";
    config.account = {"http://127.0.0.1:9099", "demo-key", "mtr-001@meters.example",
                      "meter-001-password"};
    config.firmware = "test-1";
  }

  void boot() {
    app.reset();
    stream.close();
    rest.close();
    app = std::make_unique<App>(config, Ports{storage, clock, energy, relay, stream, rest, log,
                                              nullptr, updater, verifier});
    ASSERT_TRUE(app->begin());
  }

  void run(uint64_t ms, uint64_t step = 50) {
    for (const uint64_t end = clock.now_ms + ms; clock.now_ms < end; clock.now_ms += step) {
      app->poll();
    }
  }

  // Polls until the condition holds, at most `ms` of the fake clock.
  template <typename Condition>
  bool run_until(Condition condition, uint64_t ms = 120000, uint64_t step = 50) {
    for (const uint64_t end = clock.now_ms + ms; clock.now_ms < end; clock.now_ms += step) {
      app->poll();
      if (condition()) return true;
    }
    return false;
  }

  const Ledger& ledger() { return app->meter().ledger(); }
  bool online() { return app->cloud().online(); }

  FakeClock clock;
  FakeCloud cloud;
  FakeConnection stream;
  FakeConnection rest;
  FakeStorage storage;
  FakeEnergy energy;
  FakeSwitch relay;
  FakeLog log;
  Config config;
  IUpdater* updater = nullptr;
  ISignatureVerifier* verifier = nullptr;
  std::unique_ptr<App> app;
};

}  // namespace meter::test
