// When the station asks the access point anew.
#include "rejoin.h"

#include <gtest/gtest.h>

namespace meter {
namespace {

TEST(Rejoin, IsDueAgainAndAgainWhileTheNetworkIsAway) {
  Rejoin rejoin;
  size_t joined = 0;
  for (uint64_t now_ms = 0; now_ms < 10 * Rejoin::kEveryMs; now_ms += 50) {
    joined += rejoin.due(false, now_ms) ? 1 : 0;
  }
  EXPECT_EQ(joined, 9u);
}

TEST(Rejoin, IsNotDueWhileTheNetworkIsUpNorRightAfterItsLoss) {
  Rejoin rejoin;
  for (uint64_t now_ms = 0; now_ms < 10 * Rejoin::kEveryMs; now_ms += 50) {
    EXPECT_FALSE(rejoin.due(true, now_ms));
  }
  EXPECT_FALSE(rejoin.due(false, 11 * Rejoin::kEveryMs - 51));
  EXPECT_TRUE(rejoin.due(false, 11 * Rejoin::kEveryMs - 50));
}

}  // namespace
}  // namespace meter
