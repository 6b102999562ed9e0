// metersim's settings: a JSON file (--config) and flags of the same names with dashes; flags win.
#pragma once

#include <cstdint>
#include <string>

#include "event_log.h"

namespace meter {

struct Options {
  std::string database_url;
  std::string database_namespace;
  std::string auth_url;
  std::string api_key = "demo-key";
  std::string email;
  std::string password;
  std::string meter_id;
  std::string device_key;
  std::string store_dir;
  uint32_t load_w = 1000;
  uint32_t imp_per_kwh = 1000;
  uint32_t report_interval_ms = 2000;
  uint32_t time_scale = 1;
  uint32_t silence_ms = 75000;
  std::string board = "host";
  std::string update_url;
  std::string release_key;  // file: public key, DER
  std::string server;       // of a board without settings: where it claims
  std::string hardware_id;  // on its label
  std::string label_secret;
  uint32_t portal_port = 0;
  uint32_t patience_ms = 15000;  // with a connection or an answer
  uint32_t trial_ms = 900000;
  uint32_t show = 0;  // 1: tell what the display shows
  DieAfter die_after;
};

// False with a message that says what was found and what was expected.
bool parse_options(int argc, char** argv, Options& options, std::string& message);

}  // namespace meter
