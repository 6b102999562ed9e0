#include "push.h"

#include <gtest/gtest.h>

#include <vector>

namespace meter {
namespace {

using Asked = PushReader::Asked;

class PushTest : public testing::Test {
 protected:
  // Everything that was asked for while the contact stayed so.
  std::vector<Asked> hold(bool down, uint64_t for_ms) {
    std::vector<Asked> asked;
    for (const uint64_t end = now_ms + for_ms; now_ms < end; now_ms += 5) {
      const Asked each = reader.observe(down, now_ms);
      if (each != Asked::nothing) asked.push_back(each);
    }
    return asked;
  }

  std::vector<Asked> push(uint64_t for_ms) {
    std::vector<Asked> asked = hold(true, for_ms);
    for (const Asked each : hold(false, 200)) asked.push_back(each);
    return asked;
  }

  PushReader reader;
  uint64_t now_ms = 1000;
};

TEST_F(PushTest, ItsLengthSaysWhatIsAskedForAndOnlyThat) {
  EXPECT_EQ(push(60), std::vector<Asked>{Asked::press});
  EXPECT_EQ(push(1900), std::vector<Asked>{Asked::press});
  EXPECT_EQ(push(2000), std::vector<Asked>{Asked::language});
  EXPECT_EQ(push(9900), std::vector<Asked>{Asked::language});
  EXPECT_EQ(push(10000), std::vector<Asked>{Asked::portal});
  EXPECT_EQ(push(19900), std::vector<Asked>{Asked::portal});
  EXPECT_EQ(push(20100), std::vector<Asked>{Asked::reset});
  EXPECT_EQ(push(60000), std::vector<Asked>{Asked::reset});
  EXPECT_EQ(push(60), std::vector<Asked>{Asked::press});
}

TEST_F(PushTest, NothingIsAskedForBeforeTheButtonIsLetGo) {
  EXPECT_TRUE(hold(true, 19900).empty());
}

TEST_F(PushTest, AResetIsToldWhileTheButtonIsDown) {
  EXPECT_EQ(hold(true, 30000), std::vector<Asked>{Asked::reset});
}

TEST_F(PushTest, AContactThatBouncesIsOnePush) {
  hold(true, 10), hold(false, 10), hold(true, 10), hold(false, 5);
  EXPECT_TRUE(hold(true, 3000).empty());
  EXPECT_TRUE(hold(false, 10).empty());
  EXPECT_TRUE(hold(true, 10).empty());
  EXPECT_EQ(hold(false, 200), std::vector<Asked>{Asked::language});
}

TEST_F(PushTest, AShortContactIsNoPush) { EXPECT_TRUE(push(45).empty()); }

}  // namespace
}  // namespace meter
