#include "sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace meter {
namespace {

std::string hex(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hex(hash.finish());
}

std::string hmac_hex(const std::string& key, std::string_view text) {
  HmacSha256 mac(reinterpret_cast<const uint8_t*>(key.data()), key.size());
  mac.update(text);
  return hex(mac.finish());
}

TEST(Sha256, MatchesTheNistVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnHowTheInputIsCut) {
  const std::string text(200, 'x');
  const std::string whole = sha256_hex(text);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Sha256 hash;
    hash.update(std::string_view(text).substr(0, cut));
    hash.update(std::string_view(text).substr(cut));
    EXPECT_EQ(hex(hash.finish()), whole);
  }
}

// RFC 4231, test cases 1, 2, 3, 4, 6 and 7.
TEST(HmacSha256, MatchesRfc4231) {
  EXPECT_EQ(hmac_hex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_hex(std::string(20, '\xaa'), std::string(50, '\xdd')),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  std::string counting;
  for (char c = 1; c <= 25; ++c) counting += c;
  EXPECT_EQ(hmac_hex(counting, std::string(50, '\xcd')),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  EXPECT_EQ(
      hmac_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hmac_hex(std::string(131, '\xaa'),
                     "This is a test using a larger than block-size key and a larger than "
                     "block-size data. The key needs to be hashed before being used by the HMAC "
                     "algorithm."),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(Hex, AcceptsExactly64LowerCaseDigits) {
  Digest bytes{};
  const std::string good = "00ff" + std::string(60, 'a');
  ASSERT_TRUE(parse_hex(good, bytes));
  EXPECT_EQ(hex(bytes), good);
  EXPECT_FALSE(parse_hex(good.substr(1), bytes));
  EXPECT_FALSE(parse_hex(good + "0", bytes));
  EXPECT_FALSE(parse_hex("00FF" + std::string(60, 'a'), bytes));
  EXPECT_FALSE(parse_hex("00fg" + std::string(60, 'a'), bytes));
}

TEST(ConstantTimeEqual, SeesADifferenceInAnyByte) {
  const Digest zero{};
  EXPECT_TRUE(equal_in_constant_time(zero, zero));
  for (size_t i = 0; i < zero.size(); ++i) {
    Digest other{};
    other[i] = 0x80;
    EXPECT_FALSE(equal_in_constant_time(zero, other));
  }
}

}  // namespace
}  // namespace meter
