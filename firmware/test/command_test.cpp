// What an operator can tell a meter, each with its effect and its answer. Alerts, too: what the
// meter tells the operator.
#include <gtest/gtest.h>

#include "board.h"
#include "tamper_input.h"

namespace meter {
namespace {

class CommandTest : public testing::Test, protected test::Board {
 protected:
  void come_online() {
    boot();
    ASSERT_TRUE(run_until([this] { return online() && log.count("reported") > 0; }));
  }

  // The result as the server has it.
  std::string told(const std::string& kind, const std::string& arguments) {
    const std::string id = "-C" + std::to_string(++commands);
    cloud.command(id, kind, arguments, commands);
    return answer_to(id);
  }

  std::string answer_to(const std::string& id) {
    cloud.drop_request = nullptr;
    const auto done = [&] { return cloud.meter()["commands"][id].contains("done_at"); };
    return run_until(done, 2 * config.cloud.reread_ms) ? cloud.meter()["commands"][id]["result"]
                                                       : "";
  }

  void lose_answers() {
    cloud.drop_request = [](const test::Request& request) {
      return request.path.find("/commands/") != std::string::npos;
    };
  }

  size_t alerts() { return cloud.meter().contains("alerts") ? cloud.meter()["alerts"].size() : 0; }
  test::FakeStorage& store() { return storage; }

  uint32_t commands = 0;
};

TEST_F(CommandTest, EveryKindIsAnswered) {
  cloud.sell("-N1", 500);
  come_online();
  EXPECT_EQ(told("disconnect", ""), "ok");
  EXPECT_FALSE(relay.closed);
  EXPECT_EQ(told("connect", ""), "ok");
  EXPECT_TRUE(relay.closed);
  EXPECT_EQ(told("set_tariff_zone", "low_wh=600;very_low_wh=100;power_limit_w=5000"), "ok");
  EXPECT_EQ(told("withdraw", "withdrawn_total_wh=100"), "ok");
  EXPECT_EQ(told("restore", "credited_total_wh=500;sequence=1"), "ok");
  EXPECT_EQ(told("test_supply", "seconds=60"), "ok");
  EXPECT_EQ(told("update_firmware", "version=9"), "this meter takes no updates");
  EXPECT_EQ(told("update_firmware", "version=x"), "expected version=N");
  EXPECT_EQ(told("reboot", ""), "ok");
  EXPECT_TRUE(app->restart_due());
  EXPECT_EQ(ledger().balance_wh(), 400);
}

TEST_F(CommandTest, TestSupplyLastsItsTimeAndCostsNoCredit) {
  come_online();
  EXPECT_EQ(told("test_supply", "seconds=30"), "ok");
  EXPECT_TRUE(relay.closed);
  EXPECT_EQ(cloud.meter()["status"]["reason"], "test_supply");
  run(31000);
  EXPECT_FALSE(relay.closed);
  EXPECT_EQ(told("test_supply", "seconds=0"), "expected seconds=1..3600");
}

TEST_F(CommandTest, TestSupplyDoesNotOutliveAReboot) {
  come_online();
  EXPECT_EQ(told("test_supply", "seconds=3600"), "ok");
  boot();
  run(5000);
  EXPECT_FALSE(relay.closed);
}

TEST_F(CommandTest, DisconnectionOutlivesARebootAndARecharge) {
  cloud.sell("-N1", 500);
  come_online();
  EXPECT_EQ(told("disconnect", ""), "ok");
  boot();
  cloud.sell("-N2", 500);
  run(5000);
  EXPECT_FALSE(relay.closed);
  EXPECT_EQ(app->meter().supply().reason(), SupplyReason::held);
}

TEST_F(CommandTest, ZoneSetByCommandRaisesItsAlert) {
  cloud.sell("-N1", 500);
  come_online();
  run(1000);
  EXPECT_EQ(alerts(), 0u);
  EXPECT_EQ(told("set_tariff_zone", "low_wh=600"), "ok");
  ASSERT_TRUE(run_until([this] { return alerts() == 1; }));
  EXPECT_EQ(cloud.meter()["alerts"].begin()->at("kind"), "low_credit");
}

// Its answer never reached the server, and the meter started again.
TEST_F(CommandTest, RefusedSettingsStayRefusedWhenTheTellingWasLost) {
  come_online();
  lose_answers();
  cloud.command("-C1", "set_tariff_zone", "power_limit_w=2000000000", 1);
  run(1000);
  EXPECT_EQ(log.count("command"), 1u);
  boot();
  EXPECT_EQ(answer_to("-C1"), "argument not known or too large");
}

TEST_F(CommandTest, SettingsThatWereNotStoredAreTriedAgainNotToldAsDone) {
  come_online();
  store().corrupt_writes = true;
  cloud.command("-C1", "set_tariff_zone", "power_limit_w=2000", 1);
  cloud.command("-C2", "set_tariff_zone", "low_wh=600", 2);
  run(3000);
  EXPECT_EQ(log.count("command"), 0u);
  store().corrupt_writes = false;
  EXPECT_EQ(answer_to("-C1"), "ok");
  EXPECT_EQ(answer_to("-C2"), "ok");
  EXPECT_EQ(app->meter().policy().power_limit_w, 2000u);
  EXPECT_EQ(app->meter().policy().low_wh, 600u);
}

TEST_F(CommandTest, OlderCommandWhoseAnswerWasLostIsNotSaidToBeDone) {
  come_online();
  lose_answers();
  cloud.command("-C1", "set_tariff_zone", "power_limit_w=2000000000", 1);
  cloud.command("-C2", "restore", "credited_total_wh=100", 2);
  cloud.sold_wh = 100;
  cloud.command("-C3", "disconnect", "", 3);
  run(1000);
  EXPECT_EQ(log.count("command"), 3u);
  boot();
  EXPECT_EQ(answer_to("-C1"), "answer lost");
  EXPECT_EQ(answer_to("-C2"), "ok");
  EXPECT_EQ(answer_to("-C3"), "ok");
}

TEST_F(CommandTest, CommandThatFoundNoRoomIsCarriedOutBeforeLaterOnes) {
  cloud.sell("-N1", 500);
  come_online();
  lose_answers();
  for (uint32_t i = 1; i <= 4; ++i) cloud.command("-C" + std::to_string(i), "connect", "", i);
  cloud.command("-C5", "withdraw", "withdrawn_total_wh=100", 5);
  ASSERT_EQ(answer_to("-C4"), "ok");
  cloud.command("-C6", "set_tariff_zone", "low_wh=1", 6);
  EXPECT_EQ(answer_to("-C6"), "ok");
  EXPECT_EQ(answer_to("-C5"), "ok");
  EXPECT_EQ(ledger().withdrawn_wh, 100u);
}

TEST_F(CommandTest, TamperingIsToldAndItsEnd) {
  come_online();
  app->meter().signal(AlertKind::magnetic_field, true);
  app->meter().signal(AlertKind::reverse_current, true);
  ASSERT_TRUE(run_until([this] { return alerts() == 2; }));
  app->meter().signal(AlertKind::magnetic_field, false);
  ASSERT_TRUE(run_until([this] {
    size_t cleared = 0;
    for (const auto& alert : cloud.meter()["alerts"]) cleared += alert.contains("cleared_at");
    return cleared == 1;
  }));
}

TEST_F(CommandTest, AlertRaisedOfflineIsToldAfterAPowerCut) {
  come_online();
  cloud.refuse_connections = true;
  stream.close();
  rest.close();
  app->meter().signal(AlertKind::cover_open, true);
  run(1000);
  app->meter().signal(AlertKind::cover_open, false);
  run(Alerts::kSaveEveryMs);
  boot();
  run(1000);
  EXPECT_EQ(alerts(), 0u);
  cloud.refuse_connections = false;
  ASSERT_TRUE(run_until([this] { return alerts() == 1; }));
  EXPECT_EQ(cloud.meter()["alerts"].begin()->at("kind"), "cover_open");
  EXPECT_TRUE(cloud.meter()["alerts"].begin()->contains("cleared_at"));
}

TEST_F(CommandTest, AlertToldBeforeARebootIsClearedAfterItNotRaisedTwice) {
  come_online();
  app->meter().signal(AlertKind::cover_open, true);
  ASSERT_TRUE(run_until([this] { return alerts() == 1; }));
  run(Alerts::kSaveEveryMs);
  boot();
  app->meter().signal(AlertKind::cover_open, true);
  run(5000);
  EXPECT_EQ(alerts(), 1u);
  app->meter().signal(AlertKind::cover_open, false);
  ASSERT_TRUE(
      run_until([this] { return cloud.meter()["alerts"].begin()->contains("cleared_at"); }));
  EXPECT_EQ(alerts(), 1u);
}

TEST_F(CommandTest, FlutteringContactWearsOutNoFlash) {
  come_online();
  run(Alerts::kSaveEveryMs);
  const size_t before = store().writes;
  for (int i = 0; i < 600; ++i) {
    app->meter().signal(AlertKind::cover_open, i % 2 == 0);
    run(1000, 500);
  }
  EXPECT_LE(store().writes - before, 600000 / Alerts::kSaveEveryMs + 1);
}

TEST_F(CommandTest, DamagedAlertsAreForgottenNotBelieved) {
  come_online();
  app->meter().signal(AlertKind::cover_open, true);
  run(Alerts::kSaveEveryMs);
  for (auto& [key, record] : store().values) {
    if (key.rfind("alerts", 0) == 0) record[3] ^= 0x40;
  }
  boot();
  EXPECT_FALSE(app->meter().alerts().raised(AlertKind::cover_open));
}

TEST(TamperInput, ShortContactIsNoTampering) {
  TamperInput input;
  EXPECT_FALSE(input.observe(true, 1000));
  EXPECT_FALSE(input.observe(true, 1000 + TamperInput::kRaiseMs - 1));
  EXPECT_FALSE(input.observe(false, 1300));
  EXPECT_FALSE(input.observe(true, 1301));
}

TEST(TamperInput, OneBreakInIsOneAlert) {
  TamperInput input;
  input.observe(true, 1000);
  EXPECT_TRUE(input.observe(true, 1000 + TamperInput::kRaiseMs));
  EXPECT_TRUE(input.observe(false, 2000));
  EXPECT_TRUE(input.observe(true, 3000));
  EXPECT_TRUE(input.observe(false, 4000));
  EXPECT_TRUE(input.observe(false, 4000 + TamperInput::kClearMs - 1));
  EXPECT_FALSE(input.observe(false, 4000 + TamperInput::kClearMs));
}

}  // namespace
}  // namespace meter
