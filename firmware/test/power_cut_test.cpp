// The plug is pulled in every write of every story, in each tear mode; the board boots again, the
// story goes on, and every total ends exact. test/power_cut.h says how many bytes of a write are
// tried; claims and updates, whose boards differ, are swept beside their own tests.
#include "power_cut.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "board.h"

namespace meter {
namespace {

using nlohmann::json;
using test::Cut;

constexpr uint64_t kHourMs = 3600000;

constexpr uint64_t kStepWh = 15;

// What a cut loses at most, in the customer's favour: a portion not yet saved and one reading.
constexpr uint64_t kMostLostWh = 2 * kStepWh;

// A board to which things happen in steps. What the plug interrupts goes on after the boot.
class Story : public test::Board {
 public:
  virtual ~Story() = default;

  virtual int steps() const = 0;
  virtual void step(int number) = 0;
  // Whether the server has been told everything.
  virtual bool told() = 0;
  // The end: every total is exact.
  virtual void judge() = 0;

  // From the first boot on; true when the plug was pulled.
  bool play() {
    power_up();
    bool pulled = storage.dead;
    for (int number = 0; number < steps(); ++number) {
      pulled |= revive();
      step(number);
    }
    pulled |= revive();
    EXPECT_TRUE(run_until(
        [this, &pulled] {
          pulled |= revive();
          return told() && !storage.dead;
        },
        2 * config.cloud.heartbeat_ms));
    pulled |= revive();
    return pulled;
  }

 protected:
  // Energy flows only through the closed switch.
  void use(uint64_t energy_wh, uint64_t ms) {
    if (relay.closed) {
      energy.pending_mwh += static_cast<uint32_t>(energy_wh * 1000);
      used_wh += energy_wh;
    }
    live(ms, ms < kHourMs ? 50 : 5000);
  }

  // Polls as long as there is power.
  void live(uint64_t ms, uint64_t step_ms) {
    for (const uint64_t end = clock.now_ms + ms; clock.now_ms < end; clock.now_ms += step_ms) {
      app->poll();
      if (storage.dead) return;
    }
  }

  bool revive() {
    if (!storage.dead) return false;
    storage.power_on();
    cloud.refuse_connections = offline;
    power_up();
    return true;
  }

  std::string result_of(const std::string& id) {
    return cloud.meter()["commands"][id].value("result", "");
  }

  bool acknowledged() {
    for (const json& entry : cloud.meter()["pending_recharge"]) {
      if (entry["processed"] != true) return false;
    }
    return true;
  }

  void expect_consumption() {
    EXPECT_LE(ledger().consumed_wh, used_wh);
    EXPECT_GE(ledger().consumed_wh + kMostLostWh, used_wh);
  }

  uint64_t used_wh = 0;
  bool offline = false;  // the story's own wish, outlives a boot

 private:
  void power_up() {
    storage.on_cut = [this] { lose_power(); };
    boot();
  }

  void lose_power() {
    cloud.refuse_connections = true;
    stream.close();
    rest.close();
  }
};

// Three sales while energy flows.
class Recharges final : public Story {
  int steps() const override { return 40; }
  void step(int number) override {
    if (number == 0) cloud.sell("-N1", 3000);
    if (number == 10) cloud.sell("-N2", 500);
    if (number == 20) cloud.sell("-N3", 700);
    use(kStepWh, 1000);
  }
  bool told() override { return acknowledged(); }
  void judge() override {
    EXPECT_EQ(ledger().credited_wh, 3000u + 500 + 700);
    EXPECT_EQ(cloud.meter()["credited_total"], 3000 + 500 + 700);
    expect_consumption();
  }
};

// Every kind of command that leaves something behind; settings come in two parts.
class Commands final : public Story {
  int steps() const override { return 20; }
  void step(int number) override {
    switch (number) {
      case 0:
        cloud.sell("-N1", 3000);
        break;
      case 2:
        cloud.command("-C1", "disconnect", "", 1);
        break;
      case 4:
        cloud.command("-C2", "set_tariff_zone", "low_wh=600;friendly_weekend=1", 2);
        break;
      case 6:
        cloud.command("-C3", "withdraw", "withdrawn_total_wh=400", 3);
        break;
      case 8:
        cloud.command("-C4", "set_tariff_zone", "emergency_wh=50", 4);
        break;
      case 10:
        cloud.command("-C5", "connect", "", 5);
        break;
      case 12:
        cloud.command("-C6", "withdraw", "withdrawn_total_wh=3000", 6);
        break;
      case 14:
        cloud.command("-C7", "restore", "credited_total_wh=3100;sequence=1", 7);
        cloud.sold_wh = 3100;  // the rules compare with what was sold
        break;
      default:
        break;
    }
    use(5, 1000);
  }
  bool told() override {
    for (const json& command : cloud.meter()["commands"]) {
      if (!command.contains("done_at")) return false;
    }
    return acknowledged();
  }
  void judge() override {
    for (const char* id : {"-C1", "-C2", "-C3", "-C4", "-C5", "-C7"}) {
      EXPECT_EQ(result_of(id), "ok") << id;
    }
    EXPECT_NE(result_of("-C6"), "ok");
    EXPECT_EQ(ledger().withdrawn_wh, 400u);
    EXPECT_EQ(ledger().credited_wh, 3100u);
    EXPECT_EQ(ledger().command_sequence, 7u);
    EXPECT_EQ(ledger().flags & kFlagSupplyHeld, 0);
    EXPECT_EQ(app->meter().policy().low_wh, 600u);
    EXPECT_EQ(app->meter().policy().emergency_wh, 50u);
    EXPECT_TRUE(app->meter().policy().friendly_weekend);
    expect_consumption();
  }
};

// Hours that end without a network are told when it comes back: together they are what was used.
class OfflineHours final : public Story {
  int steps() const override { return 8; }
  void step(int number) override {
    if (number == 0) cloud.sell("-N1", 50000);
    if (number == 1 || number == 7) go_offline(number == 1);
    use(kStepWh, number == 0 ? 5000 : kHourMs);
  }
  void go_offline(bool now) {
    cloud.refuse_connections = offline = now;
    stream.close();
    rest.close();
  }
  bool told() override {
    live(1000, 1000);
    return told_wh() >= ledger().consumed_wh;
  }
  void judge() override {
    EXPECT_EQ(told_wh(), ledger().consumed_wh);
    EXPECT_EQ(app->meter().hours().waiting(), 0u);
    expect_consumption();
  }
  uint64_t told_wh() {
    uint64_t sum_wh = 0;
    for (const json& day : cloud.database["consumption_history"]["MTR-001"]) {
      for (const json& hour : day) sum_wh += hour.get<uint64_t>();
    }
    return sum_wh;
  }
};

// Credit ends, the button accepts emergency credit, the next sale repays it; somebody opens the
// cover meanwhile, and chooses a language.
class Emergency final : public Story {
 public:
  Emergency() { config.supply.emergency_wh = 100; }

 private:
  int steps() const override { return 16; }
  void step(int number) override {
    if (number == 0) cloud.sell("-N1", 100);
    if (number >= 8 && number < 12 && app->meter().supply().offers_emergency()) {
      app->panel().press();
    }
    app->meter().signal(AlertKind::cover_open, number >= 3 && number < 10);
    if (number == 5) app->panel().hold();
    if (number == 14) cloud.sell("-N2", 500);
    use(kStepWh, 1000);
  }
  bool told() override {
    app->meter().signal(AlertKind::cover_open, false);
    live(Alerts::kSaveEveryMs, 1000);
    return acknowledged();
  }
  void judge() override {
    EXPECT_EQ(ledger().credited_wh, 600u);
    EXPECT_GT(ledger().balance_wh(), 0);
    EXPECT_EQ(ledger().flags & kFlagEmergencyAccepted, 0);
    EXPECT_TRUE(relay.closed);
    expect_consumption();
    for (const json& alert : cloud.meter()["alerts"]) {
      EXPECT_TRUE(alert["kind"] != "cover_open" || alert.contains("cleared_at"));
    }
  }
};

using Tell = std::unique_ptr<Story> (*)();

template <typename Kind>
std::unique_ptr<Story> tell() {
  return std::make_unique<Kind>();
}

struct Named {
  const char* name;
  Tell tell;
  size_t least_writes;  // the story would prove nothing with fewer
};

class PowerCut : public testing::TestWithParam<Named> {};

TEST_P(PowerCut, InEveryWriteEndsExact) {
  const std::unique_ptr<Story> whole = GetParam().tell();
  whole->storage.keep_sizes = true;
  ASSERT_FALSE(whole->play());
  whole->judge();
  ASSERT_GE(whole->storage.sizes.size(), GetParam().least_writes);
  for (const Cut& cut : test::cuts_of(whole->storage.sizes)) {
    const std::unique_ptr<Story> torn = GetParam().tell();
    torn->storage.cut(cut.write, cut.byte, cut.tear);
    ASSERT_TRUE(torn->play());
    torn->judge();
    if (HasFailure()) {
      FAIL() << "write " << cut.write << " byte " << cut.byte << " tear "
             << static_cast<int>(cut.tear);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Stories, PowerCut,
                         testing::Values(Named{"recharges", tell<Recharges>, 25},
                                         Named{"commands", tell<Commands>, 15},
                                         Named{"offline_hours", tell<OfflineHours>, 20},
                                         Named{"emergency", tell<Emergency>, 15}),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace meter
