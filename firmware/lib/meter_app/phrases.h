// What the display says, in English and Swahili. A row holds 21 characters, a message two rows.
#pragma once

#include <cstdint>
#include <string_view>

#include "view.h"

namespace meter {

enum class Language : uint8_t { english, swahili, count };

enum class Phrase : uint8_t {
  balance,
  days_left,
  power,
  this_hour,
  supply_on,
  supply_off,
  last_recharge,
  none_yet,
  online,
  offline,
  signal,
  count,
};

std::string_view say(Phrase phrase, Language language);
std::string_view say(Notice notice, Language language);

}  // namespace meter
