// Who asks for the portal or a reset holds the button down, and means it.
#include "long_push.h"

#include <gtest/gtest.h>

namespace meter {
namespace {

using Asked = LongPush::Asked;

Asked push(LongPush& reader, uint64_t for_ms) {
  Asked asked = Asked::nothing;
  static uint64_t now_ms = 1;
  const uint64_t end = now_ms + for_ms;
  for (; now_ms <= end; now_ms += 10) {
    const Asked each = reader.observe(true, now_ms);
    if (each != Asked::nothing) {
      EXPECT_EQ(asked, Asked::nothing) << "told twice";
      asked = each;
    }
  }
  const Asked released = reader.observe(false, now_ms += 10);
  return asked == Asked::nothing ? released : asked;
}

TEST(LongPush, TellsThePortalFromAResetAndBothFromAnAccident) {
  LongPush reader;
  EXPECT_EQ(reader.observe(false, 0), Asked::nothing);
  EXPECT_EQ(push(reader, 50), Asked::nothing);
  EXPECT_EQ(push(reader, 9900), Asked::nothing);
  EXPECT_EQ(push(reader, 10100), Asked::portal);
  EXPECT_EQ(push(reader, 19900), Asked::portal);
  EXPECT_EQ(push(reader, 20100), Asked::reset);
  EXPECT_EQ(push(reader, 60000), Asked::reset);
  EXPECT_EQ(push(reader, 10100), Asked::portal);
}

TEST(LongPush, ABounceBeginsAgain) {
  LongPush reader;
  reader.observe(true, 1000);
  reader.observe(false, 9000);
  reader.observe(true, 9010);
  EXPECT_EQ(reader.observe(false, 15000), Asked::nothing);
}

}  // namespace
}  // namespace meter
