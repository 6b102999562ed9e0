// A year of a busy meter under the save policy, against what its flash bears.
#include <gtest/gtest.h>

#include "day.h"

namespace meter {
namespace {

// 9.3 million writes of a 64-byte record wear out 16 KiB of NVS (100,000 erasures of each sector).
constexpr uint64_t kMostWrites = 9300000;
constexpr uint64_t kYears = 15;
constexpr uint64_t kStepMs = 60000;  // energy comes, and may be saved, once a minute

TEST(Wear, AYearOfElevenKilowattHoursADayTakesAFifteenthOfTheFlash) {
  test::Day day;
  day.begin();
  const uint64_t writes = day.run_alone(365, test::kBusyWhPerMinute, kStepMs).storage_writes;
  EXPECT_LE(writes, kMostWrites / kYears);
  EXPECT_GE(writes, 365u * 24 * 60);  // every minute is saved
}

}  // namespace
}  // namespace meter
