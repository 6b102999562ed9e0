#include "dialed_connection.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace meter {
namespace {

// A link whose connect() blocks until the test lets it go.
class SlowLink final : public IBlockingLink {
 public:
  bool connect(const Endpoint& endpoint) override {
    std::unique_lock<std::mutex> lock(mutex);
    ++dials;
    host = endpoint.host.view();
    changed.notify_all();
    changed.wait(lock, [this] { return answers > 0; });
    --answers;
    is_open = succeeds.load();
    return succeeds;
  }
  bool connected() override { return is_open; }
  bool write(std::string_view bytes) override {
    written += bytes;
    return takes;
  }
  size_t read(char*, size_t) override { return 0; }
  void hang_up() override { is_open = false; }

  void wait_for_dial(int count) {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this, count] { return dials >= count; });
  }
  void answer() {
    const std::lock_guard<std::mutex> lock(mutex);
    ++answers;
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  int dials = 0;
  int answers = 0;
  std::atomic<bool> succeeds{true};
  std::atomic<bool> is_open{false};
  std::string host;
  std::string written;
  bool takes = true;
};

class Dialed : public testing::Test {
 protected:
  ~Dialed() override {
    if (task_.joinable()) task_.join();
  }

  static Endpoint endpoint(const char* host) {
    Endpoint to;
    to.host.assign(host);
    return to;
  }
  void dial() {
    if (task_.joinable()) task_.join();
    task_ = std::thread([this] { connection.serve(); });
  }
  void finish() { task_.join(); }

  SlowLink link;
  DialedConnection connection{link};

 private:
  std::thread task_;
};

TEST_F(Dialed, LoopGoesOnWhileTheTaskConnects) {
  connection.open(endpoint("one"));
  dial();
  link.wait_for_dial(1);
  EXPECT_EQ(connection.state(), LinkState::opening);
  char bytes[4];
  EXPECT_EQ(connection.read(bytes, sizeof bytes), 0u);
  const std::string_view part = "x";
  EXPECT_FALSE(connection.write(&part, 1));
  link.answer();
  finish();
  EXPECT_EQ(connection.state(), LinkState::open);
  EXPECT_TRUE(connection.write(&part, 1));
  EXPECT_EQ(link.written, "x");
}

TEST_F(Dialed, FailureIsTold) {
  link.succeeds = false;
  link.answer();
  connection.open(endpoint("one"));
  dial();
  finish();
  EXPECT_EQ(connection.state(), LinkState::closed);
}

TEST_F(Dialed, GivenUpWhileDialingIsHungUpWhenItComes) {
  connection.open(endpoint("one"));
  dial();
  link.wait_for_dial(1);
  connection.close();
  EXPECT_EQ(connection.state(), LinkState::closed);
  link.answer();
  finish();
  EXPECT_FALSE(link.is_open);
  EXPECT_EQ(connection.state(), LinkState::closed);
}

TEST_F(Dialed, OpenedAgainWhileTheTaskStillGivesUp) {
  connection.open(endpoint("one"));
  dial();
  link.wait_for_dial(1);
  connection.open(endpoint("two"));
  EXPECT_EQ(connection.state(), LinkState::opening);
  link.answer();
  finish();
  EXPECT_FALSE(link.is_open);
  EXPECT_EQ(connection.state(), LinkState::opening);
  link.answer();
  dial();
  finish();
  EXPECT_EQ(link.host, "two");
  EXPECT_EQ(connection.state(), LinkState::open);
}

TEST_F(Dialed, ClosedBeforeTheTaskLookedIsNeverDialed) {
  connection.open(endpoint("one"));
  connection.close();
  dial();
  finish();
  EXPECT_EQ(link.dials, 0);
}

TEST_F(Dialed, FailedWriteCloses) {
  link.answer();
  connection.open(endpoint("one"));
  dial();
  finish();
  link.takes = false;
  const std::string_view part = "x";
  EXPECT_FALSE(connection.write(&part, 1));
  EXPECT_EQ(connection.state(), LinkState::closed);
}

TEST_F(Dialed, ConnectionLostLaterIsSeen) {
  link.answer();
  connection.open(endpoint("one"));
  dial();
  finish();
  link.is_open = false;
  EXPECT_EQ(connection.state(), LinkState::closed);
  connection.open(endpoint("two"));
  EXPECT_EQ(connection.state(), LinkState::opening);
}

}  // namespace
}  // namespace meter
