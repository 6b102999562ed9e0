// What a person tells a meter: the network to join, and the meter number to claim with its code.
// The same text comes from the portal's form and over the serial line: url-encoded pairs.
#pragma once

#include <string_view>

#include "text.h"
#include "typed_secret.h"

namespace meter {

struct Wishes {
  Wishes();

  FixedText<32> wifi_ssid;
  FixedText<64> wifi_password;
  FixedText<12> meter_id;
  TypedSecret code;
  FixedText<96> server;  // empty: the one the firmware was built for
};

enum class WishProblem {
  none,
  form,
  ssid,
  password,
  meter_id,
  code,
  server,
  provisioned,  // it has a number already: reset it first
};

// "ssid=My+House&password=...&meter_id=MTR-001&code=...". Unknown names are a problem of the form.
// Without a code the meter keeps the number it has, if it has one: only the network changes.
WishProblem read_wishes(std::string_view form, Wishes& wishes);

}  // namespace meter
