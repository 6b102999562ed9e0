// Everything the App is told at start. The texts belong to the platform and outlive the App.
#pragma once

#include <cstdint>
#include <string_view>

#include "exchange.h"
#include "session.h"
#include "sha256.h"
#include "supply.h"

namespace meter {

struct SavePolicy {
  uint32_t quantum_wh = 10;      // save when this much was used since the last save
  uint32_t interval_ms = 60000;  // or when this much time passed and something changed
};

// A meter is lively after a recharge, a command or a movement of the switch, and while somebody
// watches it (`watched_at` of its node). Each report carries an ID token of a kilobyte.
struct CloudTimes {
  uint32_t lively_ms = 600000;          // for so long
  uint32_t report_interval_ms = 60000;  // while lively and something changes, or much was used
  uint32_t heartbeat_ms = 600000;       // otherwise
  uint32_t report_step_wh = 100;        // that is much
  uint32_t hour_interval_ms = 300000;   // how often the running hour is told while lively
  uint32_t quiet_hour_ms = 1800000;     // and otherwise
  uint32_t rest_idle_ms = 20000;        // then the second connection is closed: TLS takes 40 KB
  uint32_t reread_ms = 600000;          // the stream is a hint: read the whole now and then
  uint32_t silence_ms = 75000;          // no event for so long: the stream is dead
  uint32_t backoff_first_ms = 1000;
  uint32_t backoff_most_ms = 60000;
  NetLimits limits;
};

struct Registers {
  uint64_t credited_wh = 0;
  uint64_t withdrawn_wh = 0;
  uint64_t consumed_wh = 0;
  uint64_t sequence = 0;
};

struct Config {
  std::string_view meter_id;
  Digest device_key{};
  std::string_view database_url;
  std::string_view database_namespace;  // empty when the host name says it
  Account account;
  std::string_view firmware;
  uint32_t firmware_version = 0;  // a whole number that grows with every release
  std::string_view board;         // releases are made for one board
  std::string_view update_url;    // of the releases, without a trailing '/'; empty: no updates
  uint32_t trial_ms = 900000;     // without a round trip to the cloud a new image is given up
  uint32_t random_seed = 1;
  // Set when this board claimed its number: the server's totals at that time. The registers start
  // from them at least, and a ledger that the board brings from another meter gives way.
  const Registers* claimed = nullptr;
  SavePolicy save;
  SupplyPolicy supply;
  CloudTimes cloud;
};

}  // namespace meter
