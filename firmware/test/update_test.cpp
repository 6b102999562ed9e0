#include "update.h"

#include <gtest/gtest.h>

#include "power_cut.h"
#include "updating_board.h"

namespace meter {
namespace {

using test::image_of;
using test::kNew;
using test::kRunning;
using test::Request;
using test::UpdatingBoard;

class UpdateTest : public testing::Test, protected UpdatingBoard {};

TEST_F(UpdateTest, IsFetchedProvenTriedAndConfirmed) {
  cloud.sell("-N1", 500);
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return flash.confirmed; }));
  EXPECT_EQ(result(), "ok");
  EXPECT_EQ(flash.slot, image);
  EXPECT_EQ(config.firmware_version, kNew);
  EXPECT_EQ(ledger().credited_wh, 500u);
  EXPECT_FALSE(failed_alert());
  restart();  // and stays
  EXPECT_EQ(config.firmware_version, kNew);
  EXPECT_EQ(stage(), "confirmed");
}

TEST_F(UpdateTest, NothingIsFetchedWithoutACommand) {
  come_online();
  for (int i = 0; i < 2000; ++i) poll(1000);
  EXPECT_EQ(asked, 0u);
}

TEST_F(UpdateTest, WrongSignatureIsRefusedBeforeTheImageIsFetched) {
  manifest.replace(manifest.find("signature ") + 10, 2,
                   manifest.substr(manifest.find("signature ") + 10, 2) == "00" ? "11" : "00");
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return failed_alert(); }));
  EXPECT_EQ(log.last("update")->texts.at("reason"), "bad_signature");
  EXPECT_TRUE(flash.slot.empty());
  ASSERT_TRUE(poll_until([this] { return cloud.meter().contains("alerts"); }));
  EXPECT_EQ(cloud.meter()["alerts"].begin()->at("kind"), "update_failed");
  EXPECT_EQ(cloud.meter()["alerts"].begin()->at("value"), kNew);
}

TEST_F(UpdateTest, OldVersionIsRefusedByTheCommand) {
  come_online();
  order(kRunning);
  ASSERT_TRUE(poll_until([this] { return !result().empty(); }));
  EXPECT_EQ(result(), "not newer than what runs");
  EXPECT_EQ(asked, 0u);
}

TEST_F(UpdateTest, ManifestOfAnOlderReleaseUnderANewNameIsRefused) {
  publish(kRunning, image_of(1000));
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return failed_alert(); }));
  EXPECT_EQ(log.last("update")->texts.at("reason"), "other_version");
  EXPECT_TRUE(flash.slot.empty());
}

TEST_F(UpdateTest, ReleaseForAnotherBoardIsRefused) {
  manifest = test::manifest({"esp32-c3", kNew, image});
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return failed_alert(); }));
  EXPECT_EQ(log.last("update")->texts.at("reason"), "other_board");
}

TEST_F(UpdateTest, ImageLargerThanTheSlotIsRefused) {
  flash.most_bytes = 100000;
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return failed_alert(); }));
  EXPECT_EQ(log.last("update")->texts.at("reason"), "too_large");
}

TEST_F(UpdateTest, ImageThatIsNotTheSignedOneNeverBoots) {
  come_online();
  image[77777] = static_cast<char>(image[77777] ^ 1);
  order();
  ASSERT_TRUE(poll_until([this] { return failed_alert(); }));
  EXPECT_EQ(log.last("update")->texts.at("reason"), "bad_image");
  EXPECT_FALSE(flash.armed);
}

TEST_F(UpdateTest, FlashThatTakesNothingEndsTheUpdate) {
  flash.refuse_writes = true;
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return failed_alert(); }));
  EXPECT_EQ(log.last("update")->texts.at("reason"), "flash_not_written");
}

TEST_F(UpdateTest, ServerWithoutRangesServesTheWhole) {
  ignore_ranges = true;
  come_online();
  order();
  EXPECT_TRUE(poll_until([this] { return flash.confirmed; }));
}

TEST_F(UpdateTest, MissingReleaseIsGivenUpAfterAWhile) {
  come_online();
  order(kNew + 1);
  ASSERT_TRUE(poll_until([this] { return failed_alert(); }, 400000));
  EXPECT_EQ(log.last("update")->texts.at("reason"), "not_downloaded");
  EXPECT_EQ(asked, Update::kMaxFailures);
}

TEST_F(UpdateTest, ConnectionLostInEveryRangeLosesNothing) {
  int cut = 0;
  cloud.drop_response = [&cut](const Request& request) {
    return request.path == "/releases/esp32/6.bin" && ++cut % 2 == 1;
  };
  come_online();
  order();
  EXPECT_TRUE(poll_until([this] { return flash.confirmed; }));
  EXPECT_GT(cut, 5);
}

TEST_F(UpdateTest, RechargeDuringADownloadIsAcknowledgedAtOnce) {
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return flash.bytes_written > 40000; }));
  cloud.sell("-N1", 500);
  ASSERT_TRUE(poll_until([this] { return cloud.entry("-N1")["processed"] == true; }, 3));
  EXPECT_FALSE(flash.confirmed);
}

TEST_F(UpdateTest, RestartKeepsThePositionOfTheDownload) {
  publish(kNew, image_of(300000));
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return flash.bytes_written > 200000; }));
  const uint64_t before = flash.bytes_written;
  restart();
  ASSERT_TRUE(poll_until([this] { return flash.confirmed; }));
  EXPECT_LE(flash.bytes_written - before, 300000 - 200000 + Update::kKeepBytes);
  EXPECT_EQ(flash.slot, image);
}

TEST_F(UpdateTest, ImageWithoutARoundTripIsRolledBack) {
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return flash.trial; }));
  cloud.refuse_connections = true;
  for (test::FakeConnection* connection : {&stream, &rest}) connection->close();
  ASSERT_TRUE(poll_until([this] { return !flash.running_new; }, 40000));
  cloud.refuse_connections = false;
  ASSERT_TRUE(poll_until([this] { return cloud.meter().contains("alerts"); }));
  EXPECT_EQ(config.firmware_version, kRunning);
  EXPECT_TRUE(failed_alert());
  EXPECT_FALSE(flash.confirmed);
}

TEST_F(UpdateTest, ImageThatRestartsOnTrialIsRolledBackAndNotTriedAgain) {
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return flash.trial; }));
  restart();
  EXPECT_EQ(config.firmware_version, kRunning);
  EXPECT_TRUE(failed_alert());
  const size_t before = asked;
  for (int i = 0; i < 2000; ++i) poll();
  EXPECT_EQ(asked, before);
}

TEST_F(UpdateTest, ImageThatCannotReadTheLedgerIsRolledBackBeforeItWrites) {
  cloud.sell("-N1", 500);
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return flash.trial; }));
  auto& records = storage.values;
  const auto kept = records;
  records["ledger_a"][0] = records["ledger_b"][0] = 0x77;  // what an unknown layout looks like
  const auto unreadable = records;
  flash.trial = flash.running_new = true;
  config.firmware_version = kNew;
  app = std::make_unique<App>(
      config, Ports{storage, clock, energy, relay, stream, rest, log, nullptr, updater, verifier});
  EXPECT_FALSE(app->begin());
  EXPECT_TRUE(flash.rolled_back);
  EXPECT_EQ(records, unreadable);
  records = kept;
  restart();
  EXPECT_EQ(ledger().credited_wh, 500u);
}

TEST_F(UpdateTest, SecondOrderForTheSameVersionChangesNothing) {
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return flash.bytes_written > 40000; }));
  order();
  ASSERT_TRUE(poll_until([this] { return flash.confirmed; }));
  EXPECT_EQ(flash.bytes_written, image.size());
}

TEST_F(UpdateTest, NewerOrderDuringADownloadIsNotAnsweredByTheOldOne) {
  constexpr uint32_t kNewer = kNew + 1;
  come_online();
  cloud.lazy = true;
  order();
  ASSERT_TRUE(poll_until([this] { return flash.bytes_written > 40000; }));
  const std::string newer = test::manifest({"esp32", kNewer, image});
  cloud.answer = [this, newer](const Request& request) {
    if (request.path == "/releases/esp32/7.manifest") return answer(200, newer);
    if (request.path != "/releases/esp32/7.bin") return serve(request);
    Request same_image = request;
    same_image.path = "/releases/esp32/6.bin";
    return serve(same_image);
  };
  order(kNewer);
  EXPECT_TRUE(poll_until([this] { return stage() == "downloaded" || failed_alert(); }));
  EXPECT_FALSE(failed_alert());
  EXPECT_EQ(log.last("update")->numbers.at("version"), kNewer);
}

TEST_F(UpdateTest, BoardWithoutKeyOrSlotSaysSo) {
  updater = nullptr;
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return !result().empty(); }));
  EXPECT_EQ(result(), "this meter takes no updates");
}

TEST_F(UpdateTest, NewOrderTakesTheOldFailureBack) {
  const std::string good = manifest;
  manifest = "nothing";
  come_online();
  order();
  ASSERT_TRUE(poll_until([this] { return failed_alert(); }));
  manifest = good;
  order();
  ASSERT_TRUE(poll_until([this] { return flash.confirmed; }));
  EXPECT_FALSE(failed_alert());
}

// The plug is pulled after every so many polls, once: the update completes, or the former image
// runs and says why. The ledger is exact, and what runs is one of the two images, whole.
TEST(UpdatePowerCut, AtAnyPollEndsWithAWholeImage) {
  size_t confirmed = 0;
  const int step = test::deep() ? 1 : 3;
  for (int cut = 1; cut <= 120; cut += step) {
    UpdatingBoard board;
    board.cloud.sell("-N1", 500);
    board.come_online();
    board.order();
    for (int i = 0; i < cut; ++i) board.poll(10);
    board.restart();
    ASSERT_TRUE(board.poll_until([&board] {
      return board.flash.confirmed || board.failed_alert();
    })) << cut;
    ASSERT_EQ(board.ledger().credited_wh, 500u);
    ASSERT_EQ(board.flash.slot, board.image);
    confirmed += board.flash.confirmed ? 1 : 0;
  }
  EXPECT_GT(confirmed, test::deep() ? 20u : 6u);
}

// The same with every write to storage cut: test/power_cut.h.
TEST(UpdatePowerCut, InEveryWriteEndsWithAWholeImage) {
  const auto begin = [](UpdatingBoard& board) {
    board.cloud.sell("-N1", 500);
    board.come_online();
  };
  const auto play = [](UpdatingBoard& board) {
    board.order();
    for (int i = 0; i < 400 && !board.storage.dead; ++i) board.poll();
  };
  UpdatingBoard whole;
  begin(whole);
  whole.storage.keep_sizes = true;
  play(whole);
  ASSERT_TRUE(whole.flash.confirmed);
  ASSERT_GE(whole.storage.sizes.size(), 7u);
  for (const test::Cut& cut : test::cuts_of(whole.storage.sizes)) {
    UpdatingBoard board;
    begin(board);
    board.storage.cut(cut.write, cut.byte, cut.tear);
    play(board);
    ASSERT_TRUE(board.storage.dead);
    board.storage.power_on();
    board.restart();
    ASSERT_TRUE(board.poll_until([&board] {
      return board.online() &&
             (board.config.firmware_version == kNew ? board.flash.confirmed : board.stage() != "");
    })) << cut.write
        << "/" << cut.byte;
    ASSERT_EQ(board.ledger().credited_wh, 500u);
    ASSERT_FALSE(board.flash.trial);
  }
}

}  // namespace
}  // namespace meter
