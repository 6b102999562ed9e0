#include <gtest/gtest.h>

#include <deque>
#include <vector>

#include "fakes.h"
#include "pulse.h"
#include "pzem.h"

namespace meter {
namespace {

class PulseMeterTest : public testing::Test {
 protected:
  void pulse(uint32_t start_ms, uint32_t width_ms = 30) {
    meter.on_edge(true, start_ms);
    meter.on_edge(false, start_ms + width_ms);
  }

  PulseMeter meter{1000, PulseFilter{20, 40}};
};

TEST_F(PulseMeterTest, CountsEveryPulseAcrossReadings) {
  uint32_t total_mwh = 0;
  for (uint32_t i = 0; i < 1000; ++i) {
    pulse(1000 + 100 * i);
    if (i % 7 == 0) total_mwh += meter.read(1000 + 100 * i).energy_mwh;
  }
  total_mwh += meter.read(200000).energy_mwh;
  EXPECT_EQ(total_mwh, 1000000u);
  EXPECT_EQ(meter.rejected(), 0u);
}

TEST_F(PulseMeterTest, ShortDisturbanceIsNoPulse) {
  pulse(1000, 19);
  EXPECT_EQ(meter.read(2000).energy_mwh, 0u);
  EXPECT_EQ(meter.rejected(), 1u);
}

TEST_F(PulseMeterTest, BounceAfterAPulseIsNoPulse) {
  pulse(1000);
  pulse(1035, 25);
  EXPECT_EQ(meter.read(2000).energy_mwh, 1000u);
}

TEST_F(PulseMeterTest, FastestAllowedPulsesAreCounted) {
  for (uint32_t i = 0; i < 100; ++i) pulse(1000 + 49 * i, 30);
  EXPECT_EQ(meter.read(9000).energy_mwh, 100000u);
}

TEST_F(PulseMeterTest, RepeatedEdgeIsIgnored) {
  meter.on_edge(false, 900);
  meter.on_edge(true, 1000);
  meter.on_edge(true, 1010);
  meter.on_edge(false, 1030);
  meter.on_edge(false, 1031);
  EXPECT_EQ(meter.read(2000).energy_mwh, 1000u);
}

TEST_F(PulseMeterTest, TimeWrapsWithoutALoss) {
  pulse(UINT32_MAX - 3600);
  pulse(UINT32_MAX);
  pulse(3599);
  const EnergyReading reading = meter.read(3700);
  EXPECT_EQ(reading.energy_mwh, 3000u);
  EXPECT_EQ(reading.power_w, 1000u);
}

TEST_F(PulseMeterTest, PowerFallsWhenPulsesStayAway) {
  pulse(1000);
  EXPECT_EQ(meter.read(1100).power_w, 0u);
  pulse(4600);
  EXPECT_EQ(meter.read(4700).power_w, 1000u);
  EXPECT_EQ(meter.read(4600 + 36000).power_w, 100u);
  EXPECT_EQ(meter.read(4600 + 300000).power_w, 0u);
}

// Frame of a real module: 225.7 V, 0.108 A, 24.4 W, 38 Wh.
const std::vector<uint8_t> kFrame = {0x01, 0x04, 0x14, 0x08, 0xd1, 0x00, 0x6c, 0x00, 0x00,
                                     0x00, 0xf4, 0x00, 0x00, 0x00, 0x26, 0x00, 0x00, 0x01,
                                     0xf4, 0x00, 0x64, 0x00, 0x00, 0x51, 0x34};

std::vector<uint8_t> frame_with(uint32_t energy_wh) {
  std::vector<uint8_t> frame = kFrame;
  frame[13] = static_cast<uint8_t>(energy_wh >> 8);
  frame[14] = static_cast<uint8_t>(energy_wh);
  frame[15] = static_cast<uint8_t>(energy_wh >> 24);
  frame[16] = static_cast<uint8_t>(energy_wh >> 16);
  const uint16_t crc = modbus_crc(frame.data(), 23);
  frame[23] = static_cast<uint8_t>(crc);
  frame[24] = static_cast<uint8_t>(crc >> 8);
  return frame;
}

int frames_in(PzemParser& parser, const std::vector<uint8_t>& bytes, PzemValues& values) {
  int frames = 0;
  for (const uint8_t byte : bytes) frames += parser.feed(byte, values) ? 1 : 0;
  return frames;
}

TEST(PzemParser, ReadsTheFrameOfARealModule) {
  PzemParser parser;
  PzemValues values;
  ASSERT_EQ(frames_in(parser, kFrame, values), 1);
  EXPECT_EQ(values.voltage_dv, 2257u);
  EXPECT_EQ(values.current_ma, 108u);
  EXPECT_EQ(values.power_dw, 244u);
  EXPECT_EQ(values.energy_wh, 38u);
}

TEST(PzemParser, RequestCarriesItsChecksum) {
  EXPECT_EQ(modbus_crc(kPzemRequest, 6), kPzemRequest[6] | kPzemRequest[7] << 8);
}

TEST(PzemParser, AnyFlippedBitIsNoFrame) {
  for (size_t bit = 0; bit < kFrame.size() * 8; ++bit) {
    std::vector<uint8_t> bad = kFrame;
    bad[bit / 8] = static_cast<uint8_t>(bad[bit / 8] ^ (1 << (bit % 8)));
    PzemParser parser;
    PzemValues values;
    EXPECT_EQ(frames_in(parser, bad, values), 0) << bit;
  }
}

TEST(PzemParser, FindsTheFrameBehindNoiseAndAHalfFrame) {
  for (size_t cut = 0; cut < kFrame.size(); ++cut) {
    PzemParser parser;
    PzemValues values;
    std::vector<uint8_t> bytes = {0xff, 0x01, 0x00, 0x01, 0x04};
    bytes.insert(bytes.end(), kFrame.begin(), kFrame.begin() + static_cast<std::ptrdiff_t>(cut));
    for (int i = 0; i < 2; ++i) bytes.insert(bytes.end(), kFrame.begin(), kFrame.end());
    EXPECT_GE(frames_in(parser, bytes, values), 1) << cut;
    EXPECT_EQ(values.energy_wh, 38u);
  }
}

TEST(PzemEnergy, CountsDifferences) {
  PzemEnergy energy;
  EXPECT_EQ(energy.advance(5000, 1000, 23000), 0u);
  EXPECT_EQ(energy.advance(5003, 1000, 23000), 3u);
  EXPECT_EQ(energy.advance(5003, 1000, 23000), 0u);
}

TEST(PzemEnergy, CountsAcrossTheWrap) {
  PzemEnergy energy;
  energy.advance(9999998, 1000, 23000);
  EXPECT_EQ(energy.advance(3, 1000, 23000), 5u);
  EXPECT_EQ(energy.resets(), 0u);
}

TEST(PzemEnergy, ResetIsToldAndCountedFromZero) {
  PzemEnergy energy;
  energy.advance(5000, 1000, 23000);
  EXPECT_EQ(energy.advance(2, 1000, 23000), 2u);
  EXPECT_EQ(energy.resets(), 1u);
}

TEST(PzemEnergy, JumpThatNoLoadCanMakeIsNotCounted) {
  PzemEnergy energy;
  energy.advance(5000, 1000, 23000);
  EXPECT_EQ(energy.advance(905000, 1000, 23000), 0u);
  EXPECT_EQ(energy.implausible(), 1u);
  EXPECT_EQ(energy.advance(905001, 1000, 23000), 1u);
}

struct FakePort final : ISerialPort {
  void write(const uint8_t* data, size_t size) override {
    requests += size == sizeof kPzemRequest && std::equal(data, data + size, kPzemRequest) ? 1 : 0;
  }
  size_t read(uint8_t* data, size_t capacity) override {
    size_t count = 0;
    while (count < capacity && !bytes.empty()) {
      data[count++] = bytes.front();
      bytes.pop_front();
    }
    return count;
  }
  int requests = 0;
  std::deque<uint8_t> bytes;
};

class PzemSourceTest : public testing::Test {
 protected:
  // One second: a request, and its answer unless the module is dead.
  uint32_t second(bool answers = true) {
    clock.now_ms += 1000;
    uint32_t energy_mwh = source.read().energy_mwh;
    if (answers) {
      for (const uint8_t byte : frame_with(register_wh)) port.bytes.push_back(byte);
    }
    clock.now_ms += 50;
    const EnergyReading reading = source.read();
    power_w = reading.power_w;
    return energy_mwh + reading.energy_mwh;
  }

  test::FakeClock clock;
  FakePort port;
  PzemSource source{port, clock};
  uint32_t register_wh = 70000;
  uint32_t power_w = 0;
};

TEST_F(PzemSourceTest, AsksOncePerSecondAndCountsDifferences) {
  second();
  register_wh += 4;
  EXPECT_EQ(second(), 4000u);
  EXPECT_EQ(power_w, 24u);
  for (int i = 0; i < 20; ++i) source.read();
  EXPECT_EQ(port.requests, 2);
}

TEST_F(PzemSourceTest, MissedAnswersLoseNothing) {
  second();
  for (int i = 0; i < 5; ++i) second(false);
  register_wh += 9;
  EXPECT_EQ(second(), 9000u);
}

TEST_F(PzemSourceTest, DeadModuleIsNoticedAndShowsNoPower) {
  second();
  for (int i = 0; i < 11; ++i) second(false);
  EXPECT_TRUE(source.silent());
  EXPECT_EQ(power_w, 0u);
  second();
  EXPECT_FALSE(source.silent());
}

}  // namespace
}  // namespace meter
