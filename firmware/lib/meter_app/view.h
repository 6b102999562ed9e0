// What a person at the meter should know now: the numbers, and the one thing that matters most.
#pragma once

#include <cstdint>
#include <string_view>

#include "meter.h"

namespace meter {

// First that applies; the order is the importance.
enum class Notice : uint8_t {
  fault,                // storage or sensor: somebody has to come
  updating,             // a new image is about to start
  tamper,               // cover, magnet, reverse current or a leaking switch
  held,                 // disconnected by the office
  press_to_reconnect,   // too often too much power: waits for the button
  power_limit,          // too much power: comes back by itself
  press_for_emergency,  // emergency credit on offer
  emergency,            // and in use
  out_of_credit,
  low_credit,
  offline,
  none,
  count,
};

struct Link {
  bool online = false;
  int32_t rssi = 0;
  bool updating = false;
};

struct View {
  std::string_view meter_id;
  std::string_view firmware;
  int64_t balance_wh = 0;
  int32_t days_left = -1;  // -1: not known yet
  uint32_t power_w = 0;
  uint32_t hour_wh = 0;
  bool supplied = false;
  LastRecharge last_recharge;
  Link link;
  Notice notice = Notice::none;
};

View view_of(const Config& config, const Meter& meter, const Link& link);

}  // namespace meter
