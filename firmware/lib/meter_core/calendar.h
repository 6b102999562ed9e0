// Civil dates in East Africa Time (UTC+3, no daylight saving), for people and for history keys.
#pragma once

#include <cstdint>

namespace meter {

constexpr uint32_t kEatHours = 3;

struct CivilHour {
  uint32_t year;
  uint32_t month;  // 1..12
  uint32_t day;    // 1..31
  uint32_t hour;   // 0..23
};

// `hour` counts hours since 1970 UTC.
CivilHour civil_hour(uint32_t hour);

}  // namespace meter
