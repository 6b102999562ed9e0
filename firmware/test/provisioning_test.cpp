// A board becomes a meter, whatever is lost on the way.
#include "provisioning.h"

#include <gtest/gtest.h>

#include <memory>

#include "app.h"
#include "power_cut.h"
#include "setup_fakes.h"
#include "setup_line.h"

namespace meter {
namespace {

using test::Bench;
using Phase = Provisioning::Phase;

constexpr uint64_t kMinuteMs = 60000;

TEST(Provisioning, ABoardClaimsStoresAndIsReady) {
  Bench bench;
  bench.start();
  EXPECT_FALSE(bench.board->ready());
  ASSERT_EQ(bench.tell(Bench::form()), WishProblem::none);
  bench.run(kMinuteMs);
  ASSERT_TRUE(bench.board->finished());
  EXPECT_TRUE(bench.claims.completed);
  EXPECT_EQ(bench.network.ssid, "House");
  const struct Setup& setup = bench.board->setup();
  EXPECT_EQ(setup.wishes.meter_id.view(), "MTR-001");
  EXPECT_EQ(setup.identity.credited_wh, 20000U);
  EXPECT_EQ(setup.identity.consumed_wh, 1234U);
  bench.start();
  EXPECT_TRUE(bench.board->ready());
  EXPECT_EQ(bench.board->setup().identity.email.view(), "device-mtr-001@meters.invalid");
  EXPECT_EQ(bench.network.joins, 0);
}

TEST(Provisioning, NoSecretIsLoggedAndTheCodeIsForgotten) {
  Bench bench;
  bench.start();
  bench.tell(Bench::form());
  bench.run(kMinuteMs);
  ASSERT_TRUE(bench.board->finished());
  std::string told;
  for (const auto& event : bench.log.events) {
    for (const auto& [name, text] : event.texts) told += text + "\n";
  }
  std::string kept;
  for (const auto& [key, value] : bench.storage.values) kept.append(value.begin(), value.end());
  const Identity& identity = bench.board->setup().identity;
  for (const std::string& secret :
       {std::string(test::kCode), std::string("a good password"),
        std::string(identity.password.view()), std::string(identity.device_key.view())}) {
    EXPECT_EQ(told.find(secret), std::string::npos);
  }
  EXPECT_EQ(kept.find(test::kCode), std::string::npos);
}

TEST(Provisioning, ALostAnswerIsAskedForAgainWithTheSameNonce) {
  Bench bench;
  int lost = 0;
  bench.cloud.drop_response = [&lost](const test::Request&) { return ++lost <= 4; };
  bench.start();
  bench.tell(Bench::form());
  bench.run(5 * kMinuteMs);
  EXPECT_TRUE(bench.board->finished());
  EXPECT_EQ(bench.claims.nonces.size(), 1U);
  EXPECT_GE(bench.claims.granted, 2);
}

TEST(Provisioning, APowerCutInEveryWriteEndsInTheSameAccount) {
  Bench whole;
  whole.storage.keep_sizes = true;
  whole.start();
  whole.tell(Bench::form());
  whole.run(kMinuteMs);
  ASSERT_TRUE(whole.board->finished());
  ASSERT_GE(whole.storage.sizes.size(), 3U);
  for (const test::Cut& cut : test::cuts_of(whole.storage.sizes)) {
    Bench bench;
    bench.start();
    bench.storage.cut(cut.write, cut.byte, cut.tear);
    bench.tell(Bench::form());
    bench.run(kMinuteMs);
    ASSERT_TRUE(bench.storage.dead);
    bench.storage.power_on();
    bench.start();
    bench.run(kMinuteMs);
    // Cut before the wishes were kept the board knows nothing, and the person asks again.
    if (bench.board->phase() == Phase::idle) {
      ASSERT_EQ(bench.tell(Bench::form()), WishProblem::none);
      bench.run(kMinuteMs);
    }
    ASSERT_TRUE(bench.board->finished()) << cut.write << "/" << cut.byte;
    EXPECT_EQ(bench.claims.nonces.size(), 1U);
    EXPECT_EQ(bench.board->setup().identity.password.view(), "p" + bench.claims.taken_by);
  }
}

TEST(Provisioning, ARestartBetweenAnswerAndStorageRepeatsTheClaim) {
  Bench bench;
  bench.start();
  bench.cloud.drop_response = [](const test::Request&) { return true; };
  bench.tell(Bench::form());
  bench.run(1000);
  ASSERT_EQ(bench.claims.granted > 0, true);
  bench.cloud.drop_response = nullptr;
  bench.start();
  bench.run(kMinuteMs);
  EXPECT_TRUE(bench.board->finished());
  EXPECT_EQ(bench.claims.nonces.size(), 1U);
}

TEST(Provisioning, AMistypedNetworkIsMendedWithoutAnotherNonce) {
  Bench bench;
  bench.cloud.drop_response = [](const test::Request&) { return true; };
  bench.start();
  bench.tell(Bench::form());
  bench.run(1000);
  bench.cloud.drop_response = nullptr;
  bench.tell("ssid=Other&password=a+good+password&meter_id=MTR-001&code=7ZK4M-0PXQW-3ER9T-VB6N5");
  bench.run(kMinuteMs);
  EXPECT_TRUE(bench.board->finished());
  EXPECT_EQ(bench.network.ssid, "Other");
  EXPECT_EQ(bench.claims.nonces.size(), 1U);
}

TEST(Provisioning, ARefusedCodeIsForgottenAndAnotherOneTried) {
  Bench bench;
  bench.start();
  bench.tell(Bench::form(test::kOtherCode));
  bench.run(kMinuteMs);
  EXPECT_EQ(bench.board->phase(), Phase::idle);
  EXPECT_EQ(bench.board->problem(), "code_refused");
  EXPECT_EQ(bench.claims.asked, 1);
  bench.start();
  bench.run(2 * kMinuteMs);
  EXPECT_EQ(bench.claims.asked, 1);
  bench.tell(Bench::form());
  bench.run(kMinuteMs);
  EXPECT_TRUE(bench.board->finished());
}

TEST(Provisioning, AWrongWifiPasswordIsSaidAndTriedAgainLater) {
  Bench bench;
  bench.network.there = false;
  bench.start();
  bench.tell(Bench::form());
  bench.run(40000);
  EXPECT_EQ(bench.board->phase(), Phase::idle);
  EXPECT_EQ(bench.board->problem(), "wifi_failed");
  bench.network.there = true;
  bench.run(2 * kMinuteMs);
  EXPECT_TRUE(bench.board->finished());
}

TEST(Provisioning, AServerInTroubleIsAskedAgain) {
  Bench bench;
  bench.claims.outage = 3;
  bench.start();
  bench.tell(Bench::form());
  bench.run(3 * kMinuteMs);
  EXPECT_TRUE(bench.board->finished());
}

TEST(Provisioning, ACaptivePortalThatAnswersEverythingClaimsNothing) {
  Bench bench;
  bench.cloud.answer = [](const test::Request&) {
    return std::string("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\n\r\n") +
           "<html>Please log in</html>";
  };
  bench.start();
  bench.tell(Bench::form());
  bench.run(kMinuteMs);
  EXPECT_FALSE(bench.board->ready());
  EXPECT_EQ(bench.board->problem(), "no_server");
  bench.cloud.answer = [&bench](const test::Request& request) { return bench.claims(request); };
  bench.run(10 * kMinuteMs);
  EXPECT_TRUE(bench.board->finished());
}

TEST(Provisioning, TotalsThatTheKeyDidNotSignAreNotBelieved) {
  Bench bench;
  bench.claims.spoil_totals = true;
  bench.start();
  bench.tell(Bench::form());
  bench.run(2 * kMinuteMs);
  EXPECT_FALSE(bench.board->ready());
}

TEST(Provisioning, AServerThatNeverHearsTheCompletionDoesNotStopTheMeter) {
  Bench bench;
  bench.cloud.drop_request = [](const test::Request& request) {
    return request.path == "/claim/complete";
  };
  bench.start();
  bench.tell(Bench::form());
  bench.run(10 * kMinuteMs);
  EXPECT_TRUE(bench.board->finished());
  EXPECT_FALSE(bench.claims.completed);
}

TEST(Provisioning, AMeterThatLosesItsNetworkBeforeTheCompletionMetersAllTheSame) {
  Bench bench;
  bench.cloud.drop_request = [](const test::Request& request) {
    return request.path == "/claim/complete";
  };
  bench.start();
  bench.tell(Bench::form());
  bench.run(500);
  ASSERT_EQ(bench.board->phase(), Phase::completing);
  bench.network.there = false;
  bench.start();
  bench.run(kMinuteMs);
  EXPECT_TRUE(bench.board->ready());
}

TEST(Provisioning, AReadyMeterMovesToAnotherNetworkOnlyWhenItWorks) {
  Bench bench;
  bench.start();
  bench.tell(Bench::form());
  bench.run(kMinuteMs);
  ASSERT_TRUE(bench.board->finished());
  bench.tell("ssid=Wrong&password=not+that+one");
  bench.run(kMinuteMs);
  EXPECT_EQ(bench.board->problem(), "wifi_failed");
  EXPECT_EQ(bench.board->setup().wishes.wifi_ssid.view(), "House");
  bench.network.right_password = "another password";
  bench.tell("ssid=New&password=another+password");
  bench.run(kMinuteMs);
  bench.start();
  EXPECT_TRUE(bench.board->ready());
  EXPECT_EQ(bench.board->setup().wishes.wifi_ssid.view(), "New");
  EXPECT_EQ(bench.claims.granted, 1);
}

TEST(Provisioning, AReadyMeterTakesNoOtherNumberUntilItIsReset) {
  Bench bench;
  bench.start();
  bench.tell(Bench::form());
  bench.run(kMinuteMs);
  EXPECT_EQ(bench.tell(Bench::form(test::kOtherCode)), WishProblem::provisioned);
  EXPECT_TRUE(bench.board->ready());
  ASSERT_TRUE(bench.board->forget());
  bench.start();
  EXPECT_FALSE(bench.board->ready());
  std::string kept;
  for (const auto& [key, value] : bench.storage.values) kept.append(value.begin(), value.end());
  EXPECT_EQ(kept.find("good password"), std::string::npos);
}

TEST(Provisioning, PlainHttpIsForEmulatorsOnly) {
  Bench bench;
  bench.start();
  EXPECT_EQ(bench.tell(Bench::form() + "&server=http%3A%2F%2Festate.example"), WishProblem::server);
}

TEST(Provisioning, StorageThatTakesNothingIsSaid) {
  Bench bench;
  bench.start();
  bench.storage.refuse_writes = true;
  bench.tell(Bench::form());
  bench.run(kMinuteMs);
  EXPECT_EQ(bench.board->problem(), "not_stored");
  EXPECT_EQ(bench.claims.asked, 0);
}

TEST(SetupStore, KeepsTheLongestFields) {
  test::FakeStorage storage;
  SetupStore store(storage);
  struct Setup setup;
  const std::string text(255, 'x');
  setup.state = SetupState::ready;
  setup.wishes.wifi_ssid.assign(text);
  setup.wishes.wifi_password.assign(text);
  setup.wishes.meter_id.assign(text);
  setup.wishes.code.assign(text);
  setup.wishes.server.assign(text);
  setup.nonce.assign(text);
  setup.identity.device_key.assign(text);
  setup.identity.email.assign(text);
  setup.identity.password.assign(text);
  setup.identity.database_url.assign(text);
  setup.identity.database_namespace.assign(text);
  setup.identity.auth_url.assign(text);
  setup.identity.api_key.assign(text);
  setup.identity.sequence = UINT64_MAX;
  ASSERT_TRUE(store.save(setup));
  EXPECT_LE(storage.values["setup_a"].size(), SetupStore::kMaxRecord);
  struct Setup read;
  SetupStore(storage).load(read);
  EXPECT_EQ(read.state, SetupState::ready);
  EXPECT_EQ(read.identity.database_url.size(), 128U);
  EXPECT_EQ(read.identity.sequence, UINT64_MAX);
}

TEST(SetupStore, AnyDamagedByteMakesARecordNone) {
  test::FakeStorage storage;
  struct Setup setup;
  setup.state = SetupState::ready;
  ASSERT_TRUE(SetupStore(storage).save(setup));
  const std::vector<uint8_t> whole = storage.values["setup_a"];
  for (size_t place = 0; place < whole.size(); ++place) {
    storage.values["setup_a"] = whole;
    storage.values["setup_a"][place] ^= 0x40;
    struct Setup read;
    SetupStore(storage).load(read);
    EXPECT_EQ(read.state, SetupState::empty) << place;
  }
}

TEST(SetupLine, DoesWhatThePortalDoesAndEchoesNothing) {
  Bench bench;
  bench.start();
  SetupLine line(*bench.board);
  const auto say = [&line](const std::string& text) {
    std::string answer;
    for (const char c : text) answer += line.take(c);
    return answer;
  };
  EXPECT_EQ(say("status\r\n"), "state waiting");
  EXPECT_EQ(say("\n"), "");
  EXPECT_EQ(say("hello\n"), "refused unknown");
  EXPECT_EQ(say("setup ssid=House&password=short\n"), "refused password");
  EXPECT_EQ(say(std::string(700, 'x') + "\n"), "refused line");
  EXPECT_EQ(say("setup " + Bench::form() + "\n"), "accepted");
  bench.run(kMinuteMs);
  EXPECT_EQ(say("status\n"), "state ready");
  EXPECT_EQ(say("reset\n"), "forgotten");
  EXPECT_EQ(say("status\n"), "state waiting");
  EXPECT_EQ(say("setup " + Bench::form(test::kOtherCode) + "\n"), "accepted");
  bench.run(kMinuteMs);
  EXPECT_EQ(say("status\n"), "state waiting code_refused");
}

// --- what the claim means for the ledger

struct Metering {
  explicit Metering(test::FakeStorage& storage, const Registers* claimed, const char* meter_id)
      : cloud(clock), stream(cloud), rest(cloud) {
    config.meter_id = meter_id;
    config.database_url = "http://db.example";
    config.claimed = claimed;
    app = std::make_unique<App>(config,
                                meter::Ports{storage, clock, energy, relay, stream, rest, log});
    usable = app->begin();
  }

  test::FakeClock clock;
  test::FakeCloud cloud;
  test::FakeConnection stream;
  test::FakeConnection rest;
  test::FakeEnergy energy;
  test::FakeSwitch relay;
  test::FakeLog log;
  Config config;
  std::unique_ptr<App> app;
  bool usable = false;
};

constexpr Registers kSold{20000, 500, 1234, 7};

TEST(ClaimedTotals, ANewBoardStartsFromWhatWasSold) {
  test::FakeStorage storage;
  Metering metering(storage, &kSold, "MTR-001");
  ASSERT_TRUE(metering.usable);
  EXPECT_EQ(metering.app->meter().ledger().balance_wh(), 20000 - 500 - 1234);
  EXPECT_EQ(metering.app->meter().ledger().sequence, 7U);
}

TEST(ClaimedTotals, NeverLowerNorRaiseTwiceWhatTheLedgerHolds) {
  test::FakeStorage storage;
  {
    Metering metering(storage, &kSold, "MTR-001");
    metering.app->meter().raise({30000, 500, 9000, 9});
    metering.app->meter().commit();
  }
  Metering metering(storage, &kSold, "MTR-001");
  EXPECT_EQ(metering.app->meter().ledger().balance_wh(), 30000 - 500 - 9000);
}

TEST(ClaimedTotals, ALedgerOfAnotherMeterGivesWayToAClaimAndToNothingElse) {
  test::FakeStorage storage;
  {
    Metering other(storage, nullptr, "MTR-002");
    other.app->meter().raise({50000, 0, 10, 3});
    ASSERT_TRUE(other.app->meter().commit());
  }
  EXPECT_FALSE(Metering(storage, nullptr, "MTR-001").usable);
  for (int boot = 0; boot < 3; ++boot) {
    Metering mine(storage, &kSold, "MTR-001");
    ASSERT_TRUE(mine.usable);
    EXPECT_EQ(mine.app->meter().ledger().credited_wh, 20000U);
    mine.app->meter().commit();
  }
}

TEST(ClaimedTotals, AResetAndAClaimOfTheSameNumberKeepTheLedger) {
  Bench bench;
  {
    Metering metering(bench.storage, &kSold, "MTR-001");
    metering.app->meter().raise({20000, 500, 4000, 7});
    metering.app->meter().commit();
  }
  bench.start();
  bench.board->forget();
  Metering metering(bench.storage, &kSold, "MTR-001");
  EXPECT_EQ(metering.app->meter().ledger().consumed_wh, 4000U);
  EXPECT_EQ(metering.app->meter().ledger().credited_wh, 20000U);
}

// A board that metered for another number: what it kept belongs there.
struct FormerBoard {
  FormerBoard() {
    Metering other(storage, nullptr, "MTR-002");
    Meter& meter = other.app->meter();
    meter.raise({50000, 0, 10, 3});
    EXPECT_TRUE(meter.commit());
    meter.hours().add({1000, 300});
    SupplyPolicy policy = meter.policy();
    policy.emergency_wh = 700;
    EXPECT_TRUE(meter.set_policy(policy));
    meter.signal(AlertKind::cover_open, true);
    meter.note_recharge(50000);
    meter.alerts().save_if_changed(Alerts::kSaveEveryMs + 1);
  }

  test::FakeStorage storage;
};

void expect_nothing_of_the_former(Meter& meter) {
  EXPECT_EQ(meter.hours().waiting(), 0U);
  EXPECT_EQ(meter.policy().emergency_wh, SupplyPolicy{}.emergency_wh);
  EXPECT_FALSE(meter.alerts().raised(AlertKind::cover_open));
  EXPECT_EQ(meter.last_recharge().energy_wh, 0U);
}

TEST(ClaimedTotals, HoursPolicyAndAlertsOfAnotherMeterAreNotTakenAlong) {
  FormerBoard former;
  for (int boot = 0; boot < 2; ++boot) {
    Metering mine(former.storage, &kSold, "MTR-001");
    expect_nothing_of_the_former(mine.app->meter());
  }
}

TEST(ClaimedTotals, APowerCutWhileTakingOverRepeatsIt) {
  FormerBoard whole;
  whole.storage.keep_sizes = true;
  {
    Metering mine(whole.storage, &kSold, "MTR-001");
  }
  ASSERT_GE(whole.storage.sizes.size(), 5U);
  for (const test::Cut& cut : test::cuts_of(whole.storage.sizes)) {
    FormerBoard former;
    former.storage.cut(cut.write, cut.byte, cut.tear);
    {
      Metering torn(former.storage, &kSold, "MTR-001");
    }
    former.storage.power_on();
    Metering mine(former.storage, &kSold, "MTR-001");
    ASSERT_TRUE(mine.usable);
    EXPECT_EQ(mine.app->meter().ledger().credited_wh, 20000U);
    expect_nothing_of_the_former(mine.app->meter());
    if (testing::Test::HasFailure()) FAIL() << cut.write << "/" << cut.byte;
  }
}

}  // namespace
}  // namespace meter
