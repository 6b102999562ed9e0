#include "json_reader.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <regex>

#include "json_writer.h"
#include "net_fakes.h"

namespace meter {
namespace {

struct Outcome {
  bool accepted = false;
  std::string tokens;
};

Outcome read(const std::string& text, size_t slice) {
  JsonReader reader;
  test::TokenText tokens;
  for (size_t at = 0; at < text.size(); at += slice) {
    if (reader.feed(std::string_view(text).substr(at, slice), tokens) == Progress::error) {
      return {false, tokens.text};
    }
  }
  return {reader.finish(tokens) == Progress::done, tokens.text};
}

TEST(JsonReader, TellsTokensInOrder) {
  EXPECT_EQ(read(R"({"a":[1,-2.5e3,true],"b":{"c":null},"d":"x\n\u00e9"})", 1000).tokens,
            "{\nkey a\n[\nnumber 1\nnumber -2.5e3\ntrue\nend\nkey b\n{\nkey c\nnull\nend\n"
            "key d\nstring x\n\xc3\xa9\nend\n");
}

const char* const kValid[] = {"null",
                              " true ",
                              "false",
                              "0",
                              "-0",
                              "12",
                              "1.5",
                              "1e5",
                              "1E+05",
                              "-1.25e-3",
                              "\"\"",
                              "\"a\"",
                              "[]",
                              "{}",
                              "[ ]",
                              "{ }",
                              "[1,2]",
                              "{\"a\":1,\"b\":2}",
                              "[[[]]]",
                              "\"\\u0041\\ud83d\\ude00\"",
                              "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                              "\"\xe2\x82\xac\"",
                              "\"\xf0\x9f\x98\x80\"",
                              "{\"\":{}}"};

const char* const kInvalid[] = {"",
                                " ",
                                "nul",
                                "nulll",
                                "truex",
                                "01",
                                "-",
                                "+1",
                                "1.",
                                ".5",
                                "1e",
                                "1e+",
                                "--1",
                                "0x1",
                                "[1,]",
                                "[,1]",
                                "[1 2]",
                                "{\"a\"}",
                                "{\"a\":}",
                                "{\"a\":1,}",
                                "{,}",
                                "{a:1}",
                                "{'a':1}",
                                "[1}",
                                "{\"a\":1]",
                                "]",
                                "}",
                                "[",
                                "{",
                                "\"",
                                "\"a",
                                "\"\\x\"",
                                "\"\\u12\"",
                                "\"\\u12g4\"",
                                "\"\\ud800\"",
                                "\"\\ud800\\u0041\"",
                                "\"\\udc00\"",
                                "\"\\ud800x\"",
                                "\"\n\"",
                                "\"\x01\"",
                                "\"\xff\"",
                                "\"\xc0\x80\"",
                                "\"\xed\xa0\x80\"",
                                "\"\xf4\x90\x80\x80\"",
                                "\"\xe2\x82\"",
                                "1 2",
                                "{} {}",
                                "null,",
                                "[1]x",
                                "NaN",
                                "Infinity"};

TEST(JsonReader, AcceptsWhatRfc8259Allows) {
  for (const char* text : kValid) EXPECT_TRUE(read(text, 1000).accepted) << text;
}

TEST(JsonReader, RefusesEverythingElse) {
  for (const char* text : kInvalid) EXPECT_FALSE(read(text, 1000).accepted) << text;
}

TEST(JsonReader, AnySlicesGiveTheSameTokens) {
  const std::string text = R"({"key":")" + std::string(300, 'x') +
                           R"(\u20ac\ud83d\ude00","n":[1.5e-7,)" +
                           R"({"deep":{"er":[[],{},"",false]}}]})";
  const Outcome whole = read(text, text.size());
  ASSERT_TRUE(whole.accepted);
  for (size_t slice = 1; slice < text.size(); ++slice) {
    const Outcome sliced = read(text, slice);
    EXPECT_TRUE(sliced.accepted);
    EXPECT_EQ(sliced.tokens, whole.tokens);
  }
}

TEST(JsonReader, NestingIsBounded) {
  const auto nested = [](int depth) {
    return std::string(static_cast<size_t>(depth), '[') +
           std::string(static_cast<size_t>(depth), ']');
  };
  EXPECT_TRUE(read(nested(JsonReader::kMaxDepth), 1000).accepted);
  EXPECT_FALSE(read(nested(JsonReader::kMaxDepth + 1), 1000).accepted);
}

TEST(JsonReader, LongKeyArrivesCut) {
  const std::string key(JsonReader::kMaxKey + 5, 'k');
  const Outcome outcome = read("{\"" + key + "\":1}", 7);
  EXPECT_TRUE(outcome.accepted);
  EXPECT_NE(outcome.tokens.find(" cut\n"), std::string::npos);
}

TEST(JsonReader, LongNumberIsRefused) {
  EXPECT_TRUE(read(std::string(JsonReader::kMaxNumber, '1'), 1000).accepted);
  EXPECT_FALSE(read(std::string(JsonReader::kMaxNumber + 1, '1'), 1000).accepted);
}

// Random mutations of valid documents: this reader and nlohmann's must agree on what is JSON.
TEST(JsonReader, AgreesWithAnIndependentReader) {
  constexpr int kRounds = 40000;
  const std::string alphabet = "{}[]:,\"\\u0019aeE+-. \ntrufalsn\x80\xe2\xed\xf0\xff";
  std::mt19937 random(20261121);
  int accepted = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::string text = kValid[random() % std::size(kValid)];
    if (random() % 2 == 0) text = "[" + text + "," + kValid[random() % std::size(kValid)] + "]";
    for (unsigned n = random() % 3; n > 0; --n) {
      const size_t at = random() % (text.size() + 1);
      const char c = alphabet[random() % alphabet.size()];
      if (random() % 2 == 0 || at == text.size()) {
        text.insert(at, 1, c);
      } else {
        text[at] = c;
      }
    }
    // nlohmann also refuses numbers beyond a double, which is a matter of value, not of grammar.
    static const std::regex kBeyondDouble("[eE][+-]?0*[1-9][0-9]{2}");
    if (std::regex_search(text, kBeyondDouble)) continue;
    const bool ours = read(text, 1 + random() % 5).accepted;
    ASSERT_EQ(ours, nlohmann::json::accept(text)) << text;
    accepted += ours ? 1 : 0;
  }
  EXPECT_GT(accepted, kRounds / 10);
  EXPECT_LT(accepted, kRounds);
}

TEST(JsonObject, WritesWhatAnIndependentReaderReads) {
  FixedText<256> out;
  JsonObject body(out);
  ASSERT_TRUE(
      body.text("t", "a\"b\\c\n\x01").number("n", -5).boolean("b", true).server_time("s").end());
  const auto json = nlohmann::json::parse(out.view());
  EXPECT_EQ(json["t"], "a\"b\\c\n\x01");
  EXPECT_EQ(json["n"], -5);
  EXPECT_EQ(json["b"], true);
  EXPECT_EQ(json["s"][".sv"], "timestamp");
}

TEST(JsonObject, SaysWhenItDidNotFit) {
  FixedText<16> out;
  JsonObject body(out);
  EXPECT_FALSE(body.text("key", "far too long for this").end());
}

TEST(Decimal, CoversTheWholeRange) {
  EXPECT_EQ(Decimal::of(0).view(), "0");
  EXPECT_EQ(Decimal::of(UINT64_MAX).view(), "18446744073709551615");
  EXPECT_EQ(Decimal::of_signed(INT64_MIN).view(), "-9223372036854775808");
  uint64_t value = 0;
  EXPECT_TRUE(parse_decimal("18446744073709551615", value));
  EXPECT_EQ(value, UINT64_MAX);
  for (const char* text : {"", "-1", "01", "1.0", "1e3", " 1", "18446744073709551616"}) {
    EXPECT_FALSE(parse_decimal(text, value)) << text;
  }
}

}  // namespace
}  // namespace meter
