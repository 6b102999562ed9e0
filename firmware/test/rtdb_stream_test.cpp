#include "rtdb_stream.h"

#include <gtest/gtest.h>

#include <vector>

#include "net_fakes.h"
#include "recharge_reader.h"

namespace meter {
namespace {

std::string read(const std::string& bytes, size_t slice) {
  test::StreamText listener;
  RtdbStream stream(listener);
  stream.reset();
  for (size_t at = 0; at < bytes.size(); at += slice) {
    stream.on_body(std::string_view(bytes).substr(at, slice));
  }
  return listener.text;
}

std::string read(const std::string& bytes) { return read(bytes, bytes.size()); }

TEST(RtdbStream, PutOfTheWholeBecomesLeaves) {
  EXPECT_EQ(read("event: put\ndata: "
                 "{\"path\":\"/\",\"data\":{\"a\":{\"n\":1,\"b\":false},\"c\":\"x\"}}\n\n"),
            "a/n=number:1\na/b=false:\nc=string:x\nchange\n");
}

TEST(RtdbStream, PathIsPutInFront) {
  EXPECT_EQ(read("event: put\ndata: {\"path\":\"/-N1\",\"data\":{\"sequence\":2}}\n\n"),
            "-N1/sequence=number:2\nchange\n");
  EXPECT_EQ(read("event: put\ndata: {\"path\":\"/-N1/processed\",\"data\":true}\n\n"),
            "-N1/processed=true:\nchange\n");
}

TEST(RtdbStream, PatchWithPathsAsKeys) {
  EXPECT_EQ(
      read(
          "event: patch\ndata: {\"path\":\"/\",\"data\":{\"-N1/processed\":true,\"-N1/x\":3}}\n\n"),
      "-N1/processed=true:\n-N1/x=number:3\nchange\n");
}

TEST(RtdbStream, EmptyNodeIsANullLeaf) {
  EXPECT_EQ(read("event: put\ndata: {\"path\":\"/\",\"data\":null}\n\n"), "=null:\nchange\n");
}

TEST(RtdbStream, SignalsWithoutData) {
  EXPECT_EQ(read("event: keep-alive\ndata: null\n\nevent: cancel\ndata: null\n\n"
                 "event: auth_revoked\ndata: credential is no longer valid\n\n"),
            "keep-alive\ncancel\nrevoked\n");
}

TEST(RtdbStream, CommentsAndUnknownEventsAreIgnored) {
  EXPECT_EQ(read(": hello\n\nretry: 100\nid: 4\n\nevent: rules_debug\ndata: \"x\"\n\n"),
            "change?\n");
}

TEST(RtdbStream, MalformedEventAsksForTheSnapshotAndTheNextOneIsRead) {
  const std::string good = "event: put\ndata: {\"path\":\"/a\",\"data\":1}\n\n";
  for (const char* bad :
       {"event: put\ndata: {\"path\":\"/\",\"data\":{\"a\":}}\n\n", "event: put\ndata: 5\n\n",
        "event: put\ndata: {\"path\":\"/\"}\n\n",
        "event: put\ndata: {\"data\":1,\"path\":\"/a\"}\n\n", "event: put\ndata: [1]\n\n",
        "event: put\ndata: {\"path\":\"/\",\"data\":1\n\n",
        "data: {\"path\":\"/\",\"data\":1}\nevent: put\n\n"}) {
    const std::string text = read(bad + good);
    EXPECT_NE(text.find("change?\n"), std::string::npos) << bad;
    EXPECT_EQ(text.substr(text.size() - 19), "\na=number:1\nchange\n") << bad << text;
  }
}

TEST(RtdbStream, PathTooLongAsksForTheSnapshot) {
  EXPECT_EQ(read("event: put\ndata: {\"path\":\"/" + std::string(400, 'p') + "\",\"data\":1}\n\n")
                .find("change?"),
            read("event: put\ndata: {\"path\":\"/" + std::string(400, 'p') + "\",\"data\":1}\n\n")
                    .size() -
                8);
}

TEST(RtdbStream, LinesMayEndInAnyOfThreeWays) {
  const std::string expected = "a=number:1\nchange\n";
  for (const char* end : {"\n", "\r", "\r\n"}) {
    const std::string e = end;
    EXPECT_EQ(read("event: put" + e + "data: {\"path\":\"/a\",\"data\":1}" + e + e), expected);
  }
}

TEST(RtdbStream, DataInSeveralLinesIsJoined) {
  EXPECT_EQ(read("event: put\ndata: {\"path\":\"/a\",\ndata: \"data\":1}\n\n"),
            "a=number:1\nchange\n");
}

// Five events in one segment, and each of them cut anywhere: nothing is lost.
TEST(RtdbStream, AnySlicesGiveTheSameEvents) {
  std::string bytes = "event: put\ndata: {\"path\":\"/\",\"data\":null}\n\n";
  for (int i = 0; i < 5; ++i) {
    bytes += "event: put\r\ndata: {\"path\":\"/-N" + std::to_string(i) +
             "\",\"data\":{\"sequence\":" + std::to_string(i + 1) +
             ",\"mac\":\"\\u0061bcdef\",\"nested\":[1,{\"x\":null}]}}\r\n\r\n";
    bytes += "event: keep-alive\ndata: null\n\n";
  }
  const std::string whole = read(bytes);
  EXPECT_NE(whole.find("-N4/sequence=number:5"), std::string::npos);
  for (size_t slice = 1; slice < bytes.size(); ++slice)
    ASSERT_EQ(read(bytes, slice), whole) << slice;
}

struct Entries final : IRechargeSink {
  void on_recharge(const RechargeEntry& entry) override {
    text += std::string(entry.transaction_id.view()) + " " +
            std::string(Decimal::of(entry.sequence).view()) + (entry.processed ? " done\n" : "\n");
  }
  void on_malformed_recharge(std::string_view id, RechargeSource) override {
    text += std::string(id) + " malformed\n";
  }
  std::string text;
};

const std::string kMac(64, 'a');

std::string entry(const std::string& id, const std::string& sequence, const std::string& processed,
                  const std::string& mac = "\"" + kMac + "\"") {
  return "\"" + id +
         "\":{\"amount\":50,\"created_at\":1,\"credited_total_wh\":10,\"energy_wh\":5,\"mac\":" +
         mac + ",\"processed\":" + processed + ",\"sequence\":" + sequence + "}";
}

std::string entries(const std::string& json) {
  Entries sink;
  RechargeReader reader(sink, RechargeSource::snapshot);
  reader.begin();
  struct Listener final : ILeafListener {
    explicit Listener(RechargeReader& r) : reader(r) {}
    void on_leaf(const Leaf& leaf) override { reader.leaf(leaf); }
    RechargeReader& reader;
  } listener(reader);
  LeafReader leaves(listener);
  leaves.begin("");
  JsonReader parser;
  EXPECT_EQ(parser.feed(json, leaves), Progress::done);
  reader.end();
  return sink.text;
}

TEST(RechargeReader, GathersEntries) {
  EXPECT_EQ(entries("{" + entry("-N1", "1", "true") + "," + entry("-N2", "2", "false") + "}"),
            "-N1 1 done\n-N2 2\n");
}

TEST(RechargeReader, WrongTypesAreMalformed) {
  for (const char* sequence : {"\"1\"", "1.0", "1.5", "-1", "true", "null", "[1]", "{}", "1e3"}) {
    EXPECT_EQ(entries("{" + entry("-N1", sequence, "false") + "}"), "-N1 malformed\n") << sequence;
  }
  for (const char* processed : {"0", "\"false\"", "null"}) {
    EXPECT_EQ(entries("{" + entry("-N1", "1", processed) + "}"), "-N1 malformed\n") << processed;
  }
  for (const std::string& mac :
       {std::string("1"), std::string("\"\""), "\"" + std::string(64, 'A') + "\"",
        "\"" + std::string(65, 'a') + "\"", std::string("null")}) {
    EXPECT_EQ(entries("{" + entry("-N1", "1", "false", mac) + "}"), "-N1 malformed\n") << mac;
  }
}

TEST(RechargeReader, AcknowledgementAloneIsNoEntry) {
  EXPECT_EQ(entries("{\"-N1/processed\":true,\"-N1/processed_at\":5,\"-N1/balance_after\":7}"), "");
  EXPECT_EQ(entries("{\"-N1\":null}"), "");
  EXPECT_EQ(entries("null"), "");
}

TEST(RechargeReader, IncompleteEntryIsMalformed) {
  EXPECT_EQ(entries("{\"-N1\":{\"sequence\":1,\"processed\":false}}"), "-N1 malformed\n");
  EXPECT_EQ(entries("{\"-N1\":7}"), "-N1 malformed\n");
}

}  // namespace
}  // namespace meter
