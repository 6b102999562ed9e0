#include "options.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "text.h"

namespace meter {
namespace {

using nlohmann::json;

struct Fields {
  std::map<std::string, std::string*> texts;
  std::map<std::string, uint32_t*> numbers;
};

Fields fields_of(Options& o) {
  return {{{"database_url", &o.database_url},
           {"namespace", &o.database_namespace},
           {"auth_url", &o.auth_url},
           {"api_key", &o.api_key},
           {"email", &o.email},
           {"password", &o.password},
           {"meter_id", &o.meter_id},
           {"device_key", &o.device_key},
           {"store_dir", &o.store_dir},
           {"board", &o.board},
           {"update_url", &o.update_url},
           {"release_key", &o.release_key},
           {"server", &o.server},
           {"hardware_id", &o.hardware_id},
           {"label_secret", &o.label_secret}},
          {{"load_w", &o.load_w},
           {"imp_per_kwh", &o.imp_per_kwh},
           {"report_interval_ms", &o.report_interval_ms},
           {"time_scale", &o.time_scale},
           {"silence_ms", &o.silence_ms},
           {"trial_ms", &o.trial_ms},
           {"portal_port", &o.portal_port},
           {"patience_ms", &o.patience_ms},
           {"show", &o.show}}};
}

bool parse_die_after(const std::string& value, DieAfter& die_after) {
  const std::map<std::string, std::string> events = {
      {"commit", "committed"}, {"ack", "acknowledged"}, {"apply", "applied"}, {"update", "update"}};
  const size_t colon = value.find(':');
  if (colon == std::string::npos) return false;
  const auto event = events.find(value.substr(0, colon));
  if (event == events.end()) return false;
  die_after.event = event->second;
  return parse_decimal(std::string_view(value).substr(colon + 1), die_after.count) &&
         die_after.count > 0;
}

bool set(Options& options, const std::string& key, const std::string& value, std::string& message) {
  if (key == "die_after") {
    if (parse_die_after(value, options.die_after)) return true;
    message = "die_after: found \"" + value + "\", expected commit:N, ack:N, apply:N or update:N";
    return false;
  }
  const Fields fields = fields_of(options);
  if (const auto text = fields.texts.find(key); text != fields.texts.end()) {
    *text->second = value;
    return true;
  }
  const auto number = fields.numbers.find(key);
  if (number == fields.numbers.end()) {
    message = "unknown setting " + key;
    return false;
  }
  uint64_t parsed = 0;
  if (!parse_decimal(value, parsed) || parsed > UINT32_MAX) {
    message = key + ": found \"" + value + "\", expected a whole number";
    return false;
  }
  *number->second = static_cast<uint32_t>(parsed);
  return true;
}

bool read_file(const std::string& path, Options& options, std::string& message) {
  std::ifstream file(path);
  const json document = json::parse(file, nullptr, false);
  if (!document.is_object()) {
    message = path + ": expected a JSON object";
    return false;
  }
  for (const auto& [key, value] : document.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (!set(options, key, text, message)) return false;
  }
  return true;
}

bool complete(const Options& options, std::string& message) {
  const bool unclaimed = !options.server.empty();  // it is given the rest when it claims
  const std::pair<const char*, bool> needed[] = {
      {"database_url", unclaimed || !options.database_url.empty()},
      {"meter_id", unclaimed || !options.meter_id.empty()},
      {"email", unclaimed || !options.email.empty()},
      {"password", unclaimed || !options.password.empty()},
      {"device_key", unclaimed || options.device_key.size() == 64},
      {"store_dir", !options.store_dir.empty()},
      {"portal_port", options.portal_port <= UINT16_MAX},
      {"imp_per_kwh", options.imp_per_kwh > 0 && options.imp_per_kwh <= 100000}};
  for (const auto& [name, present] : needed) {
    if (present) continue;
    message = std::string(name) + ": missing or not usable";
    return false;
  }
  return true;
}

}  // namespace

bool parse_options(int argc, char** argv, Options& options, std::string& message) {
  std::map<std::string, std::string> flags;
  for (int i = 1; i < argc; i += 2) {
    std::string name = argv[i];
    if (name.substr(0, 2) != "--" || i + 1 == argc) {
      message = "usage: metersim --config FILE.json [--setting VALUE ...]; found " + name;
      return false;
    }
    name = name.substr(2);
    std::replace(name.begin(), name.end(), '-', '_');
    flags[name] = argv[i + 1];
  }
  if (const auto file = flags.find("config"); file != flags.end()) {
    if (!read_file(file->second, options, message)) return false;
    flags.erase(file);
  }
  for (const auto& [name, value] : flags) {
    if (!set(options, name, value, message)) return false;
  }
  return complete(options, message);
}

}  // namespace meter
