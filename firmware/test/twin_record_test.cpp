#include "twin_record.h"

#include <gtest/gtest.h>

#include "fakes.h"

namespace meter {
namespace {

using test::FakeStorage;
using test::Tear;

constexpr size_t kSize = 10;
using Bytes = std::vector<uint8_t>;

Bytes number(uint8_t n) { return Bytes(kSize, n); }

bool save(TwinRecord& record, uint8_t n) {
  Bytes bytes = number(n);
  bytes.resize(kSize + TwinRecord::kSealBytes);
  return record.save(bytes.data(), kSize);
}

Bytes loaded(FakeStorage& storage) {
  TwinRecord record(storage, "notes");
  Bytes bytes(64);
  bytes.resize(record.load(bytes.data(), bytes.size()));
  return bytes;
}

TEST(TwinRecord, NewestIsLoaded) {
  FakeStorage storage;
  TwinRecord record(storage, "notes");
  EXPECT_TRUE(loaded(storage).empty());
  for (uint8_t n = 1; n <= 5; ++n) {
    ASSERT_TRUE(save(record, n));
    EXPECT_EQ(loaded(storage), number(n));
  }
}

TEST(TwinRecord, AnyFlippedBitGivesTheFormerOne) {
  FakeStorage storage;
  TwinRecord record(storage, "notes");
  ASSERT_TRUE(save(record, 1));
  ASSERT_TRUE(save(record, 2));
  const Bytes good = storage.values.at("notes_b");
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    storage.values["notes_b"] = good;
    storage.values["notes_b"][bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_EQ(loaded(storage), number(1)) << "bit " << bit;
  }
}

TEST(TwinRecord, WriteThatDoesNotReadBackIsNotDurable) {
  FakeStorage storage;
  TwinRecord record(storage, "notes");
  ASSERT_TRUE(save(record, 1));
  storage.corrupt_writes = true;
  EXPECT_FALSE(save(record, 2));
  EXPECT_FALSE(save(record, 3));
  EXPECT_EQ(loaded(storage), number(1));
}

TEST(TwinRecord, PowerCutAtAnyByteLeavesTheFormerOrTheNew) {
  for (size_t write = 1; write <= 4; ++write) {
    for (size_t byte = 0; byte <= kSize + TwinRecord::kSealBytes; ++byte) {
      for (const Tear tear : test::kAllTears) {
        FakeStorage storage;
        storage.cut(write, byte, tear);
        TwinRecord record(storage, "notes");
        uint8_t durable = 0;
        for (uint8_t n = 1; n <= 4 && save(record, n); ++n) durable = n;
        storage.power_on();
        const Bytes found = loaded(storage);
        const Bytes former = durable == 0 ? Bytes{} : number(durable);
        const auto next = static_cast<uint8_t>(durable + 1);
        ASSERT_TRUE(found == former || found == number(next)) << write << "/" << byte;
      }
    }
  }
}

}  // namespace
}  // namespace meter
