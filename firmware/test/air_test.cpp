// What a day takes of a data bundle, counted on the bytes of the protocol.
#include <gtest/gtest.h>

#include "day.h"

namespace meter {
namespace {

using test::Day;

constexpr uint64_t kMostDayBytes = uint64_t{1} << 20;
constexpr uint64_t kMostRechargeBytes = 4096;
constexpr uint64_t kStepMs = 5000;

TEST(Air, AnIdleDayFitsInAMegabyte) {
  Day day;
  day.begin();
  EXPECT_LE(day.run(test::kDayMs, 0, kStepMs).bytes, kMostDayBytes);
}

TEST(Air, ADayOfElevenKilowattHoursFitsInAMegabyte) {
  Day day;
  day.begin();
  EXPECT_LE(day.run(test::kDayMs, test::kBusyWhPerMinute, kStepMs).bytes, kMostDayBytes);
}

TEST(Air, ARechargeFitsInFourKilobytes) {
  Day day;
  day.begin();
  EXPECT_LE(day.recharge().bytes, kMostRechargeBytes);
}

}  // namespace
}  // namespace meter
