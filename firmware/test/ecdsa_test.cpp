// The adapter that the board and metersim share, against RFC 6979, A.2.5 (P-256, SHA-256).
#include <gtest/gtest.h>

#include <vector>

#include "ecdsa_verifier.h"
#include "release_fakes.h"

namespace meter {
namespace {

std::vector<uint8_t> bytes_of(const std::string& hex) {
  std::vector<uint8_t> bytes(hex.size() / 2);
  EXPECT_TRUE(parse_hex(hex, bytes.data(), bytes.size()));
  return bytes;
}

const std::string kPoint =
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
const std::vector<uint8_t> kKey =
    bytes_of("3059301306072a8648ce3d020106082a8648ce3d030107034200" + kPoint);
const std::vector<uint8_t> kSignature = bytes_of(
    "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");

bool verify(const std::vector<uint8_t>& key, const std::string& text,
            const std::vector<uint8_t>& signature) {
  EcdsaVerifier verifier;
  return verifier.begin(key.data(), key.size()) &&
         verifier.verify(test::sha256_of(text), signature.data(), signature.size());
}

TEST(Ecdsa, TakesTheSignatureOfTheRfc) { EXPECT_TRUE(verify(kKey, "sample", kSignature)); }

TEST(Ecdsa, RefusesAnotherText) { EXPECT_FALSE(verify(kKey, "Sample", kSignature)); }

TEST(Ecdsa, RefusesEveryChangedByteOfTheSignature) {
  for (size_t at = 0; at < kSignature.size(); ++at) {
    std::vector<uint8_t> changed = kSignature;
    changed[at] = static_cast<uint8_t>(changed[at] ^ 0x04);
    EXPECT_FALSE(verify(kKey, "sample", changed)) << "byte " << at;
  }
}

TEST(Ecdsa, RefusesACutSignature) {
  const std::vector<uint8_t> cut(kSignature.begin(), kSignature.end() - 1);
  EXPECT_FALSE(verify(kKey, "sample", cut));
  EXPECT_FALSE(verify(kKey, "sample", {}));
}

TEST(Ecdsa, KeyOnAnotherCurveIsNoKey) {
  // secp256k1: 1.3.132.0.10
  const std::string key = "3056301006072a8648ce3d020106052b8104000a034200" + kPoint;
  EXPECT_FALSE(verify(bytes_of(key), "sample", kSignature));
}

TEST(Ecdsa, WithoutAKeyNothingIsGenuine) {
  EcdsaVerifier verifier;
  EXPECT_FALSE(verifier.begin(nullptr, 0));
  EXPECT_FALSE(verifier.verify(test::sha256_of("sample"), kSignature.data(), kSignature.size()));
}

}  // namespace
}  // namespace meter
