#include "http_parser.h"

#include <gtest/gtest.h>

#include <vector>

#include "net_fakes.h"

namespace meter {
namespace {

struct Outcome {
  Progress progress = Progress::awaiting;
  int status = 0;
  std::string body;
  std::string location;
  bool keep_alive = false;
  size_t used = 0;
};

bool operator==(const Outcome& a, const Outcome& b) {
  return a.progress == b.progress && a.status == b.status && a.body == b.body &&
         a.location == b.location && a.keep_alive == b.keep_alive && a.used == b.used;
}

Outcome parse(const std::string& bytes, const std::vector<size_t>& cuts, bool end = false) {
  HttpParser parser;
  HttpParser::Location location;
  test::BodyText body;
  parser.reset(&location);
  Outcome outcome;
  size_t from = 0;
  for (size_t i = 0; i <= cuts.size(); ++i) {
    const size_t to = i < cuts.size() ? cuts[i] : bytes.size();
    size_t used = 0;
    outcome.progress = parser.feed(std::string_view(bytes).substr(from, to - from), body, used);
    outcome.used += used;
    from = to;
    if (outcome.progress != Progress::awaiting) break;
  }
  if (end && outcome.progress == Progress::awaiting) outcome.progress = parser.end_of_stream();
  outcome.status = parser.status();
  outcome.body = body.text;
  outcome.location = location.view();
  outcome.keep_alive = parser.keep_alive();
  return outcome;
}

Outcome parse(const std::string& bytes, bool end = false) { return parse(bytes, {}, end); }

std::vector<size_t> every_byte(size_t size) {
  std::vector<size_t> cuts;
  for (size_t i = 1; i < size; ++i) cuts.push_back(i);
  return cuts;
}

const std::string kResponses[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloNEXT",
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: "
    "b\r\n\r\nmore",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\nok",
    "HTTP/1.1 307 Temporary Redirect\r\nLocation: "
    "https://s-euw1b-nss-1.example:8443/a.json?ns=x\r\n"
    "Content-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\nContent-Length: 1\n\nx",
    "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.0 200 OK\r\n\r\nuntil the end",
    "garbage\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
};

TEST(HttpParser, OneByteAtATimeEqualsAllAtOnce) {
  for (const std::string& bytes : kResponses) {
    EXPECT_TRUE(parse(bytes, true) == parse(bytes, every_byte(bytes.size()), true)) << bytes;
  }
}

TEST(HttpParser, EveryTwoCutsEqualAllAtOnce) {
  for (const std::string& bytes : kResponses) {
    const Outcome whole = parse(bytes, true);
    for (size_t a = 0; a <= bytes.size(); ++a) {
      for (size_t b = a; b <= bytes.size(); b += 3) {
        ASSERT_TRUE(whole == parse(bytes, {a, b}, true)) << bytes << a << " " << b;
      }
    }
  }
}

TEST(HttpParser, ContentLengthLeavesWhatFollows) {
  const Outcome outcome = parse(kResponses[0]);
  EXPECT_EQ(outcome.progress, Progress::done);
  EXPECT_EQ(outcome.body, "hello");
  EXPECT_EQ(outcome.used, kResponses[0].size() - 4);
  EXPECT_TRUE(outcome.keep_alive);
}

TEST(HttpParser, ChunksAreJoinedAndTrailersSkipped) {
  const Outcome outcome = parse(kResponses[2]);
  EXPECT_EQ(outcome.progress, Progress::done);
  EXPECT_EQ(outcome.body, "hello world");
  EXPECT_EQ(outcome.used, kResponses[2].size() - 4);
}

TEST(HttpParser, InterimAnswerIsSkipped) {
  const Outcome outcome = parse(kResponses[3]);
  EXPECT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.body, "ok");
}

TEST(HttpParser, RedirectKeepsItsLocation) {
  const Outcome outcome = parse(kResponses[4]);
  EXPECT_EQ(outcome.status, 307);
  EXPECT_EQ(outcome.location, "https://s-euw1b-nss-1.example:8443/a.json?ns=x");
}

TEST(HttpParser, LocationOfASuccessIsNotKept) {
  EXPECT_EQ(parse("HTTP/1.1 201 Created\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n").location,
            "");
}

TEST(HttpParser, LocationTooLongIsAnError) {
  const std::string far(HttpParser::kMaxLocation + 1, 'a');
  EXPECT_EQ(parse("HTTP/1.1 307 X\r\nLocation: " + far + "\r\n\r\n").progress, Progress::error);
}

TEST(HttpParser, ConnectionCloseEndsKeepAlive) { EXPECT_FALSE(parse(kResponses[6]).keep_alive); }

TEST(HttpParser, BodyWithoutLengthEndsWithTheConnection) {
  EXPECT_EQ(parse(kResponses[7]).progress, Progress::awaiting);
  const Outcome outcome = parse(kResponses[7], true);
  EXPECT_EQ(outcome.progress, Progress::done);
  EXPECT_EQ(outcome.body, "until the end");
  EXPECT_FALSE(outcome.keep_alive);
}

TEST(HttpParser, ConnectionEndingTooEarlyIsAnError) {
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", true).progress,
            Progress::error);
  EXPECT_EQ(
      parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true).progress,
      Progress::error);
  EXPECT_EQ(parse("HTTP/1.1 200", true).progress, Progress::error);
}

TEST(HttpParser, MalformedAnswersAreErrors) {
  for (const char* bytes :
       {"HTTP/2.0 200 OK\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 abc OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"}) {
    EXPECT_EQ(parse(bytes).progress, Progress::error) << bytes;
  }
}

TEST(HttpParser, HeadIsBounded) {
  std::string bytes = "HTTP/1.1 200 OK\r\n";
  while (bytes.size() <= HttpParser::kMaxHeadBytes) bytes += "X-Filler: 0123456789\r\n";
  EXPECT_EQ(parse(bytes).progress, Progress::error);
}

TEST(HttpParser, LongHeaderOfNoInterestIsSkipped) {
  const Outcome outcome = parse("HTTP/1.1 200 OK\r\nSet-Cookie: " + std::string(3000, 'c') +
                                "\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(outcome.progress, Progress::done);
  EXPECT_EQ(outcome.body, "ok");
}

}  // namespace
}  // namespace meter
