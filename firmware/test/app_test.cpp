#include "app.h"

#include <gtest/gtest.h>

#include "board.h"

namespace meter {
namespace {

using test::Board;
using test::FakeConnection;
using test::Request;

class AppTest : public testing::Test, protected Board {
 protected:
  void come_online() {
    boot();
    ASSERT_TRUE(run_until([this] { return online() && log.count("reported") > 0; }));
  }

  size_t reports_while_using(int minutes, uint32_t wh_per_minute) {
    const size_t before = log.count("reported");
    for (int minute = 0; minute < minutes; ++minute) {
      energy.pending_mwh = wh_per_minute * 1000;
      run(60000, 1000);
    }
    return log.count("reported") - before;
  }
};

TEST_F(AppTest, SignsInReadsStreamsAndReports) {
  come_online();
  EXPECT_EQ(cloud.count("POST", "/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword"),
            1u);
  EXPECT_EQ(cloud.requests[0].query["key"], "demo-key");
  EXPECT_EQ(cloud.requests[1].query["ns"], "demo-lipamita-default-rtdb");
  EXPECT_EQ(cloud.meter()["status"]["online"], true);
  EXPECT_EQ(cloud.meter()["status"]["switch"], "disconnected");
  EXPECT_EQ(cloud.meter()["status"]["boot_count"], 1);
  EXPECT_EQ(cloud.meter()["current_balance"], 0);
}

TEST_F(AppTest, RechargeIsAppliedCommittedAndAcknowledgedWithinOnePoll) {
  come_online();
  const uint64_t before = clock.now_ms;
  cloud.sell("-N1", 2500);
  ASSERT_TRUE(run_until([this] { return log.count("acknowledged") == 1; }));
  EXPECT_EQ(clock.now_ms, before);
  EXPECT_EQ(ledger().credited_wh, 2500u);
  EXPECT_TRUE(relay.closed);
  EXPECT_EQ(cloud.entry("-N1")["processed"], true);
  EXPECT_EQ(cloud.entry("-N1")["balance_after"], 2500);
  EXPECT_TRUE(cloud.entry("-N1")["processed_at"].is_number());
  EXPECT_EQ(cloud.meter()["credited_total"], 2500);
  EXPECT_EQ(cloud.meter()["status"]["switch"], "connected");
}

TEST_F(AppTest, StepsOfARechargeComeInOrder) {
  come_online();
  log.events.clear();
  cloud.sell("-N1", 2500);
  run(100);
  std::vector<std::string> names;
  for (const auto& event : log.events) names.push_back(event.name);
  const std::vector<std::string> expected = {"applied", "committed", "switch", "acknowledged",
                                             "reported"};
  EXPECT_EQ(names, expected);
}

TEST_F(AppTest, EntriesSoldWhileOfflineAreAppliedInOneCommit) {
  cloud.sell("-N1", 500);
  cloud.sell("-N2", 1000);
  cloud.sell("-N3", 2000);
  boot();
  ASSERT_TRUE(run_until([this] { return log.count("acknowledged") == 3; }));
  EXPECT_EQ(log.count("committed"), 1u);
  EXPECT_EQ(cloud.entry("-N1")["balance_after"], 500);
  EXPECT_EQ(cloud.entry("-N2")["balance_after"], 1500);
  EXPECT_EQ(cloud.entry("-N3")["balance_after"], 3500);
}

TEST_F(AppTest, ThirtyQueuedEntriesAreAllAcknowledged) {
  for (int i = 10; i < 40; ++i) cloud.sell("-N" + std::to_string(i), 100);
  boot();
  ASSERT_TRUE(run_until([this] { return log.count("acknowledged") == 30; }));
  EXPECT_EQ(ledger().credited_wh, 3000u);
  for (int i = 10; i < 40; ++i) {
    EXPECT_EQ(cloud.entry("-N" + std::to_string(i))["processed"], true);
  }
}

TEST_F(AppTest, LongTransactionIdsStillFitTheRequest) {
  for (int i = 10; i < 20; ++i) cloud.sell(std::string(62, 'x') + std::to_string(i), 100);
  boot();
  EXPECT_TRUE(run_until([this] { return log.count("acknowledged") == 10; }));
}

TEST_F(AppTest, ForgedEntryIsRefusedOnceAndNeverAcknowledged) {
  come_online();
  cloud.sell("-N1", 500);
  auto forged = cloud.entry("-N1");
  forged["credited_total_wh"] = 999999;
  forged["processed"] = false;
  cloud.put_entry("-N2", forged);
  run(1300000, 1000);
  EXPECT_EQ(log.count("refused"), 1u);
  EXPECT_EQ(log.last("refused")->texts.at("reason"), "bad_mac");
  EXPECT_EQ(ledger().credited_wh, 500u);
  EXPECT_EQ(cloud.entry("-N2")["processed"], false);
}

TEST_F(AppTest, LostAcknowledgementIsRepeated) {
  come_online();
  int lost = 0;
  cloud.drop_response = [&lost](const Request& r) { return r.method == "PATCH" && ++lost <= 3; };
  cloud.sell("-N1", 500);
  ASSERT_TRUE(run_until([this] { return cloud.entry("-N1")["processed"] == true; }));
  run(20000);
  EXPECT_EQ(ledger().credited_wh, 500u);
  EXPECT_EQ(cloud.meter()["current_balance"], 500);
  EXPECT_GE(lost, 3);
}

TEST_F(AppTest, RequestLostBeforeTheServerIsRepeated) {
  come_online();
  int lost = 0;
  cloud.drop_request = [&lost](const Request& r) { return r.method == "PATCH" && ++lost <= 3; };
  cloud.sell("-N1", 500);
  ASSERT_TRUE(run_until([this] { return log.count("acknowledged") == 1; }));
  EXPECT_EQ(cloud.entry("-N1")["processed"], true);
}

TEST_F(AppTest, RequestOnADeadKeptConnectionIsRepeatedAtOnce) {
  come_online();
  int lost = 0;
  cloud.drop_request = [&lost](const Request&) { return ++lost == 1; };
  const uint64_t before = clock.now_ms;
  cloud.sell("-N1", 500);
  ASSERT_TRUE(run_until([this] { return log.count("acknowledged") == 1; }));
  EXPECT_LE(clock.now_ms, before + 50);
  EXPECT_EQ(log.count("error"), 0u);
}

TEST_F(AppTest, RefusedAcknowledgementDoesNotBlockTheOthers) {
  come_online();
  cloud.drop_request = [](const Request& r) { return r.method == "PATCH"; };
  cloud.sell("-N1", 500);
  cloud.sell("-N2", 500);
  run(100);
  cloud.withdraw_entry("-N1");
  cloud.drop_request = nullptr;
  ASSERT_TRUE(run_until([this] { return cloud.entry("-N2")["processed"] == true; }));
  EXPECT_EQ(log.count("acknowledged"), 1u);
  run(200000, 1000);
  EXPECT_EQ(log.count("acknowledged"), 1u);
  energy.pending_mwh = 1000;
  run(70000, 1000);
  EXPECT_GT(log.count("reported"), 1u);
}

TEST_F(AppTest, SilentStreamIsOpenedAgain) {
  come_online();
  run(74000, 500);
  EXPECT_EQ(cloud.streams_opened, 1u);
  ASSERT_TRUE(run_until([this] { return cloud.streams_opened == 2; }));
  EXPECT_TRUE(run_until([this] { return online(); }));
}

TEST_F(AppTest, KeepAliveKeepsTheStream) {
  come_online();
  for (int i = 0; i < 20; ++i) {
    run(30000, 1000);
    cloud.stream_event("keep-alive", "null");
  }
  EXPECT_EQ(cloud.streams_opened, 1u);
}

TEST_F(AppTest, StreamLostWhileSellingIsCaughtUp) {
  come_online();
  stream.reset();
  cloud.sell("-N1", 500);
  ASSERT_TRUE(run_until([this] { return log.count("acknowledged") == 1; }));
  EXPECT_EQ(ledger().credited_wh, 500u);
}

TEST_F(AppTest, EventThatNeverCameIsFoundByReadingAgain) {
  come_online();
  stream.streaming = false;
  cloud.sell("-N1", 500);
  stream.streaming = true;
  for (int i = 0; i < 25; ++i) {
    run(30000, 1000);
    cloud.stream_event("keep-alive", "null");
  }
  EXPECT_EQ(log.count("acknowledged"), 1u);
}

TEST_F(AppTest, CutEventIsFoundByReadingAgainAtOnce) {
  come_online();
  stream.streaming = false;
  cloud.sell("-N1", 500);
  stream.streaming = true;
  cloud.stream_event("put", "{\"path\":\"/pending_recharge/-N1\",\"data\":{\"seq");
  ASSERT_TRUE(run_until([this] { return log.count("acknowledged") == 1; }, 1000));
}

TEST_F(AppTest, RevokedTokenIsRenewedAndTheStreamReopened) {
  come_online();
  cloud.token_generation = 2;
  cloud.stream_event("auth_revoked", "credential is no longer valid");
  ASSERT_TRUE(run_until([this] { return log.count("streaming") == 2; }));
  EXPECT_EQ(cloud.count("POST", "/securetoken.googleapis.com/v1/token"), 1u);
  cloud.sell("-N1", 500);
  EXPECT_TRUE(run_until([this] { return log.count("acknowledged") == 1; }));
}

TEST_F(AppTest, TokenIsRefreshedAfterFiftyMinutesAndTheStreamReopened) {
  come_online();
  for (int i = 0; i < 99; ++i) {
    run(30000, 1000);
    cloud.stream_event("keep-alive", "null");
  }
  EXPECT_EQ(log.count("signed_in"), 1u);
  for (int i = 0; i < 3; ++i) {
    run(30000, 1000);
    cloud.stream_event("keep-alive", "null");
  }
  EXPECT_EQ(log.count("signed_in"), 2u);
  EXPECT_EQ(log.count("streaming"), 2u);
  EXPECT_TRUE(online());
}

TEST_F(AppTest, ExpiredTokenIsRenewedWhenARequestIsRefused) {
  come_online();
  cloud.token_generation = 2;
  cloud.sell("-N1", 500);
  ASSERT_TRUE(run_until([this] { return log.count("acknowledged") == 1; }));
  EXPECT_EQ(ledger().credited_wh, 500u);
}

TEST_F(AppTest, RefusedRefreshTokenFallsBackToThePassword) {
  come_online();
  cloud.answer = [](const Request& r) -> std::string {
    if (r.path != "/securetoken.googleapis.com/v1/token") return "";
    const std::string body = R"({"error":{"message":"TOKEN_EXPIRED"}})";
    return "HTTP/1.1 400 X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  cloud.token_generation = 2;
  cloud.stream_event("auth_revoked", "credential is no longer valid");
  ASSERT_TRUE(run_until([this] { return log.count("streaming") == 2; }));
  EXPECT_EQ(cloud.count("POST", "/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword"),
            2u);
}

TEST_F(AppTest, CancelledStreamIsOpenedAgain) {
  come_online();
  cloud.stream_event("cancel", "null");
  EXPECT_TRUE(run_until([this] { return log.count("streaming") == 2; }));
}

TEST_F(AppTest, RedirectsAreFollowedToTheNamedHost) {
  std::vector<std::string> hosts;
  cloud.answer = [this, &hosts](const Request& r) -> std::string {
    FakeConnection& used = r.headers.count("Accept") != 0 ? stream : rest;
    if (r.method == "POST" || used.host == "s-euw1b.example") {
      hosts.push_back(used.host);
      return "";
    }
    std::string location = "http://s-euw1b.example:9000" + r.path + ".json?";
    for (const auto& [key, value] : r.query) location += key + "=" + value + "&";
    location.pop_back();
    return "HTTP/1.1 307 Temporary Redirect\r\nLocation: " + location +
           "\r\nContent-Length: 0\r\n\r\n";
  };
  cloud.sell("-N1", 500);
  boot();
  ASSERT_TRUE(run_until([this] { return log.count("acknowledged") == 1 && online(); }));
  EXPECT_EQ(cloud.entry("-N1")["processed"], true);
  EXPECT_GE(hosts.size(), 3u);
}

TEST_F(AppTest, RedirectFromTlsToPlainTextIsNotFollowed) {
  config.database_url = "https://db.example";
  cloud.answer = [](const Request& r) -> std::string {
    if (r.headers.at("Host") != "db.example") return "";
    return "HTTP/1.1 307 X\r\nLocation: http://elsewhere.example/x.json\r\nContent-Length: "
           "0\r\n\r\n";
  };
  boot();
  run(60000);
  for (const Request& request : cloud.requests) {
    EXPECT_NE(request.headers.at("Host"), "elsewhere.example");
  }
  EXPECT_GT(log.count("error"), 0u);
}

TEST_F(AppTest, RefusedStreamIsNotReadAsEvents) {
  cloud.answer = [](const Request& r) -> std::string {
    if (r.headers.count("Accept") == 0) return "";
    const std::string body = "event: keep-alive\ndata: null\n\n";
    return "HTTP/1.1 404 X\r\nContent-Length: " + std::to_string(body.size() + 1) + "\r\n\r\n" +
           body;
  };
  boot();
  run(30000);
  EXPECT_EQ(log.count("streaming"), 0u);
  cloud.answer = nullptr;
  EXPECT_TRUE(run_until([this] { return online(); }));
}

TEST_F(AppTest, EndlessRedirectsEnd) {
  cloud.answer = [](const Request& r) -> std::string {
    if (r.method == "POST") return "";
    return "HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:9000/x.json\r\nContent-Length: 0\r\n\r\n";
  };
  boot();
  run(30000);
  EXPECT_LT(cloud.requests.size(), 100u);
  EXPECT_GT(log.count("error"), 0u);
}

TEST_F(AppTest, CaptivePortalIsNotMistakenForTheDatabase) {
  cloud.answer = [](const Request&) -> std::string {
    return "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n<html>Login</html>\n";
  };
  boot();
  run(30000);
  EXPECT_EQ(log.count("signed_in"), 0u);
  cloud.answer = nullptr;
  EXPECT_TRUE(run_until([this] { return online(); }));
}

TEST_F(AppTest, CaptivePortalThatComesLaterAcknowledgesNothing) {
  boot();
  ASSERT_TRUE(run_until([this] { return online(); }));
  for (auto* connection : cloud.connections) connection->reset();
  cloud.answer = [](const Request&) -> std::string {
    return "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n<html>Login</html>\n";
  };
  cloud.sell("-N1", 500);
  run(300000);
  EXPECT_EQ(log.count("acknowledged"), 0u);
  cloud.answer = nullptr;
  EXPECT_TRUE(run_until([this] { return log.count("acknowledged") == 1; }, 300000));
  EXPECT_EQ(ledger().credited_wh, 500u);
}

TEST_F(AppTest, WifiThatComesAndGoesLosesNothing) {
  boot();
  ASSERT_TRUE(run_until([this] { return online(); }));
  for (int day = 1; day <= 20; ++day) {
    cloud.refuse_connections = true;
    for (auto* connection : cloud.connections) connection->reset();
    cloud.sell("-N" + std::to_string(day), 100);
    for (const uint64_t end = clock.now_ms + 7000; clock.now_ms < end; clock.now_ms += 50) {
      app->poll(clock.now_ms % 2000 < 1000);
    }
    cloud.refuse_connections = false;
    run(day * 1000);
  }
  EXPECT_TRUE(run_until([this] { return log.count("acknowledged") == 20; }));
  EXPECT_EQ(ledger().credited_wh, 2000u);
}

TEST_F(AppTest, BeforeTheTimeIsKnownItMetersAppliesAndAcknowledges) {
  clock.epoch_known = false;
  boot();
  cloud.sell("-N1", 500);
  EXPECT_TRUE(run_until([this] { return log.count("acknowledged") == 1; }));
  energy.pending_mwh = 3000;
  run(400000);
  EXPECT_EQ(cloud.database["consumption_history"].size(), 0u);
  clock.epoch_known = true;
  run(4000000);
  uint64_t told = 0;
  for (const auto& day : cloud.database["consumption_history"]["MTR-001"]) {
    for (const auto& hour : day) told += hour.get<uint64_t>();
  }
  EXPECT_EQ(told, 3u);
}

TEST_F(AppTest, ServerErrorsAreAskedAgainLessAndLessOften) {
  cloud.answer = [](const Request&) -> std::string {
    return "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n";
  };
  boot();
  run(600000, 100);
  EXPECT_LT(cloud.requests.size(), 30u);
  EXPECT_GT(cloud.requests.size(), 8u);
}

TEST_F(AppTest, NoNetworkStillMetersAndSwitches) {
  cloud.sell("-N1", 3);
  come_online();
  ASSERT_TRUE(run_until([this] { return relay.closed; }));
  cloud.refuse_connections = true;
  stream.reset();
  rest.reset();
  energy.pending_mwh = 2999;
  run(1000);
  EXPECT_TRUE(relay.closed);
  energy.pending_mwh = 1;
  run(1000);
  EXPECT_FALSE(relay.closed);
  cloud.refuse_connections = false;
  ASSERT_TRUE(run_until([this] { return cloud.meter()["status"]["switch"] == "disconnected"; }));
  EXPECT_EQ(cloud.meter()["current_balance"], 0);
  EXPECT_EQ(cloud.meter()["energy_consumed_total"], 3);
}

TEST_F(AppTest, WithoutWifiTheDisplayDoesNotSayOnline) {
  cloud.sell("-N1", 500);
  come_online();
  const auto shown = [this] {
    std::string text;
    for (const auto& row : app->screen().rows) text += std::string(row.view()) + "\n";
    return text;
  };
  run(5000);
  EXPECT_EQ(shown().find("Offline"), std::string::npos) << shown();
  app->poll(false);
  EXPECT_NE(shown().find("Offline"), std::string::npos) << shown();
}

TEST_F(AppTest, ByteByByteAndChunkedWorksAlike) {
  for (const bool chunked : {false, true}) {
    Board board;
    board.cloud.chunked = chunked;
    board.cloud.slice = 1;
    board.cloud.sell("-N1", 500);
    board.boot();
    ASSERT_TRUE(board.run_until([&board] { return board.log.count("acknowledged") == 1; }));
    ASSERT_TRUE(board.run_until([&board] { return board.online(); }));
    board.cloud.sell("-N2", 700);
    ASSERT_TRUE(board.run_until([&board] { return board.log.count("acknowledged") == 2; }));
    EXPECT_EQ(board.ledger().credited_wh, 1200u);
  }
}

TEST_F(AppTest, LostStorageIsRestoredFromTheReportedRegisters) {
  cloud.sell("-N1", 5000);
  come_online();
  energy.pending_mwh = 1200000;
  run(130000, 1000);
  ASSERT_EQ(cloud.meter()["energy_consumed_total"], 1200);
  storage.values.clear();
  boot();
  ASSERT_TRUE(run_until([this] { return log.count("restored") == 1; }));
  EXPECT_EQ(ledger().credited_wh, 5000u);
  EXPECT_EQ(ledger().consumed_wh, 1200u);
  EXPECT_EQ(ledger().sequence, 1u);
  EXPECT_TRUE(relay.closed);
}

// The entries say what was sold; what was used of it is known only at the end of the document.
TEST_F(AppTest, LostStorageBringsNoCreditBeforeConsumption) {
  cloud.sell("-N1", 5000);
  come_online();
  energy.pending_mwh = 5000000;
  run(130000, 1000);
  ASSERT_EQ(cloud.meter()["energy_consumed_total"], 5000);
  storage.values.clear();
  cloud.slice = 64;
  boot();
  relay.movements = 0;
  ASSERT_TRUE(run_until([this] { return log.count("restored") == 1; }));
  ASSERT_TRUE(run_until([this] { return online(); }));
  EXPECT_EQ(ledger().balance_wh(), 0);
  EXPECT_EQ(relay.movements, 0);
}

TEST_F(AppTest, EntriesOfACutFirstSnapshotAreNotTaken) {
  cloud.sell("-N1", 5000);
  cloud.sell("-N2", 5000);
  cloud.meter()["credited_total"] = 10000;
  cloud.meter()["energy_consumed_total"] = 9000;
  size_t snapshots = 0;
  cloud.answer = [&](const Request& r) -> std::string {
    const bool snapshot = r.method == "GET" && r.headers.count("Accept") == 0;
    if (!snapshot || ++snapshots > 1) return "";
    const std::string body = cloud.meter().dump();
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body.substr(0, body.size() - 4);
  };
  boot();
  run(5000);
  EXPECT_EQ(ledger().credited_wh, 0u);
  EXPECT_EQ(log.count("reported"), 0u);
  EXPECT_TRUE(run_until([this] { return log.count("acknowledged") == 2; }));
  EXPECT_EQ(ledger().balance_wh(), 1000);
}

TEST_F(AppTest, LowerReportedRegistersDoNotLowerOwnTotals) {
  cloud.sell("-N1", 5000);
  come_online();
  cloud.meter()["credited_total"] = 1;
  cloud.meter()["energy_consumed_total"] = 0;
  boot();
  ASSERT_TRUE(run_until([this] { return online(); }));
  EXPECT_EQ(ledger().credited_wh, 5000u);
}

TEST_F(AppTest, NothingIsReportedBeforeTheRegistersWereRead) {
  cloud.drop_request = [](const Request& r) { return r.method == "GET"; };
  boot();
  run(60000);
  EXPECT_EQ(cloud.count("PATCH", "/meters/MTR-001"), 0u);
}

TEST_F(AppTest, RefusedWriteOfTheLedgerIsNotAcknowledged) {
  come_online();
  storage.refuse_writes = true;
  cloud.sell("-N1", 500);
  run(5000);
  EXPECT_EQ(log.count("acknowledged"), 0u);
  EXPECT_EQ(cloud.entry("-N1")["processed"], false);
  storage.refuse_writes = false;
  ASSERT_TRUE(run_until([this] { return log.count("acknowledged") == 1; }));
  EXPECT_EQ(ledger().credited_wh, 500u);
}

TEST_F(AppTest, LedgerOfAnotherMeterStopsTheStart) {
  come_online();
  config.meter_id = "MTR-002";
  App other(config, Ports{storage, clock, energy, relay, stream, rest, log});
  EXPECT_FALSE(other.begin());
}

TEST_F(AppTest, HoursAreToldInEastAfricaTimeAndOnlyGrow) {
  config.cloud.lively_ms = 3600000;
  cloud.sell("-N1", 50000);
  come_online();
  energy.pending_mwh = 40000;
  run(310000, 1000);
  // 1795250000000 ms = 2026-11-21 08:33:20 UTC
  EXPECT_EQ(cloud.database["consumption_history"]["MTR-001"]["2026-11-21"]["11"], 40);
  energy.pending_mwh = 60000;
  run(310000, 1000);
  EXPECT_EQ(cloud.database["consumption_history"]["MTR-001"]["2026-11-21"]["11"], 100);
  boot();
  energy.pending_mwh = 5000;
  run(1700000, 1000);
  EXPECT_EQ(cloud.database["consumption_history"]["MTR-001"]["2026-11-21"]["11"], 105);
  energy.pending_mwh = 7000;
  run(310000, 1000);
  EXPECT_EQ(cloud.database["consumption_history"]["MTR-001"]["2026-11-21"]["12"], 7);
}

TEST_F(AppTest, HoursOfALongOfflineMeterOutliveAPowerCut) {
  cloud.sell("-N1", 50000);
  come_online();
  cloud.refuse_connections = true;
  stream.reset();
  rest.reset();
  for (int hour = 0; hour < 5; ++hour) {
    energy.pending_mwh = 100000;
    run(3600000, 5000);
  }
  boot();
  cloud.refuse_connections = false;
  ASSERT_TRUE(run_until([this] { return online(); }));
  run(20000);
  uint64_t told = 0;
  for (const auto& hour : cloud.database["consumption_history"]["MTR-001"]["2026-11-21"]) {
    told += hour.get<uint64_t>();
  }
  EXPECT_EQ(told, 500u);
}

// The App is told that there is no Wi-Fi: the cloud is not asked to do anything.
TEST_F(AppTest, HoursWithoutWifiAreToldWhenItComesBack) {
  cloud.sell("-N1", 50000);
  come_online();
  for (int hour = 0; hour < 5; ++hour) {
    energy.pending_mwh = 100000;
    for (int i = 0; i < 720; ++i, clock.now_ms += 5000) app->poll(false);
  }
  run(60000);
  uint64_t told = 0;
  for (const auto& hour : cloud.database["consumption_history"]["MTR-001"]["2026-11-21"]) {
    told += hour.get<uint64_t>();
  }
  EXPECT_EQ(told, 500u);
}

TEST_F(AppTest, ReportsEveryMinuteAfterARechargeWhileSomethingChanges) {
  cloud.sell("-N1", 50000);
  come_online();
  EXPECT_GE(reports_while_using(10, 5), 9u);
  EXPECT_LE(reports_while_using(60, 5), 7u);
}

TEST_F(AppTest, ReportsEveryTenMinutesWhenNothingChanges) {
  cloud.sell("-N1", 50000);
  come_online();
  EXPECT_LE(reports_while_using(60, 0), 7u);
}

TEST_F(AppTest, MuchThatWasUsedIsReportedWithinAMinute) {
  cloud.sell("-N1", 50000);
  come_online();
  run(config.cloud.lively_ms, 1000);
  EXPECT_EQ(reports_while_using(10, config.cloud.report_step_wh), 10u);
}

TEST_F(AppTest, AMeterThatIsWatchedIsLively) {
  cloud.sell("-N1", 50000);
  come_online();
  run(config.cloud.lively_ms, 1000);
  const size_t before = log.count("reported");
  cloud.put_event("/watched_at", clock.epoch_ms());
  run(1000);
  EXPECT_EQ(log.count("reported"), before + 1);
  EXPECT_GE(reports_while_using(10, 5), 9u);
  EXPECT_LE(reports_while_using(60, 5), 7u);
}

TEST_F(AppTest, AMeterThatWasWatchedLongAgoIsNot) {
  cloud.sell("-N1", 50000);
  come_online();
  run(config.cloud.lively_ms + 30000, 1000);
  const size_t before = log.count("reported");
  cloud.put_event("/watched_at", clock.epoch_ms() - config.cloud.lively_ms - 1000);
  run(1000);
  EXPECT_EQ(log.count("reported"), before);
}

TEST_F(AppTest, FarewellReportsOffline) {
  come_online();
  app->stop();
  ASSERT_TRUE(run_until([this] { return app->stopped(); }, 5000));
  EXPECT_EQ(cloud.meter()["status"]["online"], false);
}

TEST_F(AppTest, SecondConnectionIsClosedWhenIdle) {
  come_online();
  EXPECT_TRUE(rest.open_now);
  run(25000, 500);
  EXPECT_FALSE(rest.open_now);
}

TEST_F(AppTest, PasswordAndTokensAreNeverLogged) {
  cloud.sell("-N1", 500);
  come_online();
  cloud.tokens_valid = false;
  cloud.stream_event("auth_revoked", "credential is no longer valid");
  run(60000);
  for (const auto& event : log.events) {
    for (const auto& [key, value] : event.texts) {
      EXPECT_EQ(value.find("password"), std::string::npos) << key;
      EXPECT_EQ(value.find("token-"), std::string::npos) << key;
    }
  }
}

TEST_F(AppTest, DisconnectAndConnectByCommand) {
  cloud.sell("-N1", 500);
  come_online();
  ASSERT_TRUE(run_until([this] { return relay.closed; }));
  cloud.command("-C1", "disconnect", "", 1);
  ASSERT_TRUE(run_until([this] { return cloud.meter()["commands"]["-C1"].contains("done_at"); }));
  EXPECT_EQ(cloud.meter()["commands"]["-C1"]["result"], "ok");
  EXPECT_FALSE(relay.closed);
  EXPECT_EQ(cloud.meter()["status"]["reason"], "held");
  boot();
  EXPECT_FALSE(relay.closed);
  ASSERT_TRUE(run_until([this] { return online(); }));
  cloud.command("-C2", "connect", "", 2);
  EXPECT_TRUE(run_until([this] { return relay.closed; }));
}

TEST_F(AppTest, OldCommandReplayedIsToldAgainButNotDoneAgain) {
  cloud.sell("-N1", 500);
  come_online();
  cloud.command("-C1", "disconnect", "", 1);
  cloud.command("-C2", "connect", "", 2);
  ASSERT_TRUE(run_until([this] { return cloud.meter()["commands"]["-C2"].contains("done_at"); }));
  cloud.command("-C1", "disconnect", "", 1);
  run(10000);
  EXPECT_TRUE(relay.closed);
}

TEST_F(AppTest, ForgedCommandIsNeitherDoneNorAnswered) {
  cloud.sell("-N1", 500);
  come_online();
  cloud.command("-C1", "disconnect", "", 1);
  cloud.meter()["commands"]["-C1"].erase("done_at");
  auto forged = cloud.meter()["commands"]["-C1"];
  forged["kind"] = "test_supply";
  forged["sequence"] = 9;
  run(100);
  cloud.meter()["commands"]["-C9"] = forged;
  cloud.put_event("/commands/-C9", forged);
  run(10000);
  EXPECT_EQ(log.count("command_refused"), 1u);
  EXPECT_FALSE(cloud.meter()["commands"]["-C9"].contains("done_at"));
}

TEST_F(AppTest, WithdrawalByCommandLowersTheBalanceOnceAndIsReported) {
  cloud.sell("-N1", 500);
  come_online();
  cloud.command("-C1", "withdraw", "withdrawn_total_wh=200", 1);
  ASSERT_TRUE(run_until([this] { return cloud.meter()["withdrawn_total"] == 200; }));
  EXPECT_EQ(cloud.meter()["current_balance"], 300);
  cloud.command("-C2", "withdraw", "withdrawn_total_wh=200", 2);
  cloud.command("-C3", "withdraw", "withdrawn_total_wh=100", 3);
  cloud.command("-C4", "withdraw", "withdrawn_total_wh=501", 4);
  ASSERT_TRUE(run_until([this] { return cloud.meter()["commands"]["-C4"].contains("done_at"); }));
  EXPECT_EQ(cloud.meter()["commands"]["-C4"]["result"], "more withdrawn than ever credited");
  EXPECT_EQ(ledger().balance_wh(), 300);
}

TEST_F(AppTest, WithdrawalOfWhatIsUsedIsRefusedAndStaysRefusedWhenTheTellingWasLost) {
  cloud.sell("-N1", 500);
  come_online();
  app->meter().ledger().consumed_wh = 400;
  cloud.command("-C1", "withdraw", "withdrawn_total_wh=101", 1);
  ASSERT_TRUE(run_until([this] { return cloud.meter()["commands"]["-C1"].contains("done_at"); }));
  EXPECT_EQ(cloud.meter()["commands"]["-C1"]["result"], "already used");
  cloud.command("-C1", "withdraw", "withdrawn_total_wh=101", 1);  // as if never answered
  ASSERT_TRUE(run_until([this] { return cloud.meter()["commands"]["-C1"].contains("done_at"); }));
  EXPECT_EQ(cloud.meter()["commands"]["-C1"]["result"], "not withdrawn");
  cloud.command("-C2", "withdraw", "withdrawn_total_wh=100", 2);
  ASSERT_TRUE(run_until([this] { return cloud.meter()["commands"]["-C2"].contains("done_at"); }));
  EXPECT_EQ(cloud.meter()["commands"]["-C2"]["result"], "ok");
  EXPECT_EQ(ledger().balance_wh(), 0);
}

TEST_F(AppTest, RestoreByCommandRaisesTotals) {
  come_online();
  cloud.sold_wh = 9000;
  cloud.command("-C1", "restore",
                "credited_total_wh=9000;withdrawn_total_wh=100;consumed_total_wh=400;sequence=7",
                1);
  ASSERT_TRUE(run_until([this] { return cloud.meter()["current_balance"] == 8500; }));
  EXPECT_EQ(ledger().sequence, 7u);
  EXPECT_TRUE(relay.closed);
}

TEST_F(AppTest, PowerCutBetweenCommandAndItsAnswerDoesNotRepeatIt) {
  cloud.sell("-N1", 500);
  come_online();
  cloud.drop_request = [](const Request& r) { return r.path == "/meters/MTR-001/commands/-C1"; };
  cloud.command("-C1", "test_supply", "seconds=60", 1);
  run(1000);
  EXPECT_EQ(log.count("command"), 1u);
  cloud.drop_request = nullptr;
  boot();
  ASSERT_TRUE(run_until([this] { return cloud.meter()["commands"]["-C1"].contains("done_at"); }));
  EXPECT_EQ(ledger().command_sequence, 1u);
}

TEST_F(AppTest, RebootIsDueOnlyAfterItsResultIsTold) {
  come_online();
  cloud.drop_request = [](const Request& r) { return r.path == "/meters/MTR-001/commands/-C1"; };
  cloud.command("-C1", "reboot", "", 1);
  run(5000);
  EXPECT_FALSE(app->cloud().reboot_due());
  cloud.drop_request = nullptr;
  EXPECT_TRUE(run_until([this] { return app->cloud().reboot_due(); }));
}

TEST_F(AppTest, CommandArgumentsAreChecked) {
  come_online();
  uint32_t sequence = 0;
  const std::pair<const char*, const char*> bad[] = {{"test_supply", "seconds=3601"},
                                                     {"test_supply", ""},
                                                     {"set_tariff_zone", "low_wh=abc"},
                                                     {"set_tariff_zone", "unknown=1"},
                                                     {"set_tariff_zone", "friendly_from_hour=24"},
                                                     {"withdraw", "credited_total_wh=5"},
                                                     {"format_disk", ""}};
  for (const auto& [kind, arguments] : bad) {
    const std::string id = "-C" + std::to_string(++sequence);
    cloud.command(id, kind, arguments, sequence);
    ASSERT_TRUE(run_until([&] { return cloud.meter()["commands"][id].contains("done_at"); }));
    EXPECT_NE(cloud.meter()["commands"][id]["result"], "ok") << kind << " " << arguments;
  }
}

TEST_F(AppTest, PolicySetByCommandOutlivesAReboot) {
  cloud.sell("-N1", 500);
  come_online();
  cloud.command("-C1", "set_tariff_zone", "low_wh=600;emergency_wh=50", 1);
  ASSERT_TRUE(run_until([this] { return cloud.meter()["commands"]["-C1"].contains("done_at"); }));
  boot();
  EXPECT_EQ(app->meter().policy().low_wh, 600u);
  EXPECT_EQ(app->meter().policy().emergency_wh, 50u);
}

TEST_F(AppTest, AlertsAreRaisedAndClearedAtTheServer) {
  config.supply.low_wh = 300;
  cloud.sell("-N1", 400);
  come_online();
  energy.pending_mwh = 150000;
  run(5000);
  ASSERT_EQ(cloud.meter()["alerts"].size(), 1u);
  auto alert = *cloud.meter()["alerts"].begin();
  EXPECT_EQ(alert["kind"], "low_credit");
  EXPECT_EQ(alert["value"], 250);
  EXPECT_FALSE(alert.contains("cleared_at"));
  cloud.sell("-N2", 400);
  run(5000);
  ASSERT_EQ(cloud.meter()["alerts"].size(), 1u);
  alert = *cloud.meter()["alerts"].begin();
  EXPECT_GT(alert["cleared_at"], alert["raised_at"]);
}

}  // namespace
}  // namespace meter
