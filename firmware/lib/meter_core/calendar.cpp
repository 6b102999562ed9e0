#include "calendar.h"

namespace meter {

// Days to civil date after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
CivilHour civil_hour(uint32_t hour) {
  const uint32_t local = hour + kEatHours;
  const uint32_t days = local / 24 + 719468;
  const uint32_t era = days / 146097;
  const uint32_t day_of_era = days - era * 146097;
  const uint32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const uint32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t month_index = (5 * day_of_year + 2) / 153;
  const uint32_t month = month_index < 10 ? month_index + 3 : month_index - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * month_index + 2) / 5 + 1, local % 24};
}

}  // namespace meter
