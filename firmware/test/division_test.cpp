#include "division.h"

#include <gtest/gtest.h>

#include <random>

namespace meter {
namespace {

void expect_as_the_machine_does(uint64_t value, uint32_t by) {
  const Division division = divide(value, by);
  ASSERT_EQ(division.quotient, value / by) << value << " / " << by;
  ASSERT_EQ(division.rest, value % by) << value << " / " << by;
}

TEST(Division, AgreesWithTheMachineAtTheEdges) {
  const uint64_t values[] = {0,          1,          9,          10,         999,
                             UINT32_MAX, 1ULL << 32, 1ULL << 63, UINT64_MAX, UINT64_MAX - 1};
  for (const uint64_t value : values) {
    for (const uint32_t by : {1U, 2U, 3U, 10U, 1000U, 3600000U, 0x80000000U, 0xffffffffU}) {
      expect_as_the_machine_does(value, by);
    }
  }
}

TEST(Division, AgreesWithTheMachineAnywhere) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t value = random() >> random() % 64;
    const auto by = static_cast<uint32_t>((random() >> 32) >> random() % 32);
    expect_as_the_machine_does(value, by == 0 ? 1 : by);
  }
}

}  // namespace
}  // namespace meter
