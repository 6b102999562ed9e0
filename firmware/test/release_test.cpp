#include "release.h"

#include <gtest/gtest.h>

#include "release_fakes.h"

namespace meter {
namespace {

using test::FakeVerifier;

const std::string kManifest = test::manifest({"esp32", 12, "bytes"});

TEST(Manifest, TellsEveryField) {
  ManifestReader reader;
  ASSERT_EQ(reader.feed(kManifest), Progress::done);
  EXPECT_EQ(reader.release().board.view(), "esp32");
  EXPECT_EQ(reader.release().version, 12u);
  EXPECT_EQ(reader.release().name.view(), "0.12.0");
  EXPECT_EQ(reader.release().size_bytes, 5u);
  EXPECT_EQ(reader.release().sha256, test::sha256_of("bytes"));
  FakeVerifier verifier;
  EXPECT_TRUE(reader.genuine(verifier));
}

TEST(Manifest, AnySlicesGiveTheSame) {
  for (size_t slice = 1; slice < kManifest.size(); ++slice) {
    ManifestReader reader;
    Progress progress = Progress::awaiting;
    for (size_t at = 0; at < kManifest.size(); at += slice) {
      ASSERT_EQ(progress, Progress::awaiting);
      progress = reader.feed(std::string_view(kManifest).substr(at, slice));
    }
    FakeVerifier verifier;
    ASSERT_EQ(progress, Progress::done);
    ASSERT_TRUE(reader.genuine(verifier));
  }
}

TEST(Manifest, IsNotGenuineBeforeItsEnd) {
  FakeVerifier verifier;
  for (size_t size = 0; size < kManifest.size(); ++size) {
    ManifestReader reader;
    ASSERT_NE(reader.feed(std::string_view(kManifest).substr(0, size)), Progress::done);
    ASSERT_FALSE(reader.genuine(verifier));
  }
}

TEST(Manifest, EveryChangedByteSpoilsIt) {
  for (size_t at = 0; at < kManifest.size(); ++at) {
    std::string changed = kManifest;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    ManifestReader reader;
    FakeVerifier verifier;
    const bool accepted = reader.feed(changed) == Progress::done && reader.genuine(verifier);
    EXPECT_FALSE(accepted) << "byte " << at;
  }
}

TEST(Manifest, NothingMayFollowTheSignature) {
  ManifestReader reader;
  FakeVerifier verifier;
  EXPECT_EQ(reader.feed(kManifest + "x"), Progress::error);
  EXPECT_FALSE(reader.genuine(verifier));
}

TEST(Manifest, WrongFieldsAreRefused) {
  const std::pair<const char*, const char*> changes[] = {
      {"lipamita-release 1", "lipamita-release 2"},
      {"board esp32", "board "},
      {"board esp32", "board a-name-that-is-far-too-long"},
      {"version 12", "version 012"},
      {"version 12", "version -1"},
      {"version 12", "version 0"},
      {"version 12", "version 4294967296"},
      {"size 5", "size 0"},
      {"size 5", "length 5"},
      {"name 0.12.0\nsize 5", "size 5\nname 0.12.0"},
      {"\n", "\r\n"}};
  for (const auto& [from, to] : changes) {
    std::string changed = kManifest;
    changed.replace(changed.find(from), std::string(from).size(), to);
    ManifestReader reader;
    EXPECT_EQ(reader.feed(changed), Progress::error) << to;
  }
}

TEST(Manifest, LineWithoutEndIsBounded) {
  ManifestReader reader;
  EXPECT_EQ(reader.feed(std::string(ManifestReader::kMaxLine + 1, 'x')), Progress::error);
}

}  // namespace
}  // namespace meter
