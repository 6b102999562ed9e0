#include "policy_store.h"

#include <array>

#include "ledger.h"

namespace meter {
namespace {

struct Number {
  std::string_view name;
  uint32_t SupplyPolicy::* member;
};

// The order is the layout of the record: append only.
constexpr Number kNumbers[] = {
    {"low_wh", &SupplyPolicy::low_wh},
    {"very_low_wh", &SupplyPolicy::very_low_wh},
    {"emergency_wh", &SupplyPolicy::emergency_wh},
    {"power_limit_w", &SupplyPolicy::power_limit_w},
    {"power_grace_ms", &SupplyPolicy::power_grace_ms},
    {"cool_down_ms", &SupplyPolicy::cool_down_ms},
    {"power_retries", &SupplyPolicy::power_retries},
    {"friendly_from_hour", &SupplyPolicy::friendly_from_hour},
    {"friendly_to_hour", &SupplyPolicy::friendly_to_hour},
};
constexpr size_t kCount = sizeof kNumbers / sizeof kNumbers[0];
constexpr size_t kBytes = 4 * kCount + 1 + 4;  // numbers, weekend, CRC
constexpr uint32_t kMostWh = 1000000000;
constexpr std::string_view kKey = "policy";

using Record = std::array<uint8_t, kBytes>;

void put(uint8_t* at, uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<uint8_t>(value >> (8 * i));
}

uint32_t get(const uint8_t* at) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= uint32_t{at[i]} << (8 * i);
  return value;
}

}  // namespace

bool set_policy_number(SupplyPolicy& policy, std::string_view name, uint64_t value) {
  if (name == "friendly_weekend") {
    if (value > 1) return false;
    policy.friendly_weekend = value == 1;
    return true;
  }
  for (const Number& number : kNumbers) {
    if (number.name != name) continue;
    const bool hour = name == "friendly_from_hour" || name == "friendly_to_hour";
    if (value > (hour ? 23 : kMostWh)) return false;
    policy.*number.member = static_cast<uint32_t>(value);
    return true;
  }
  return false;
}

bool save_policy(IKeyValue& storage, const SupplyPolicy& policy) {
  Record record{};
  for (size_t i = 0; i < kCount; ++i) put(&record[4 * i], policy.*kNumbers[i].member);
  record[4 * kCount] = policy.friendly_weekend ? 1 : 0;
  put(&record[kBytes - 4], crc32(record.data(), kBytes - 4));
  return storage.write(kKey, record.data(), record.size());
}

void load_policy(IKeyValue& storage, SupplyPolicy& policy) {
  Record record{};
  if (storage.read(kKey, record.data(), record.size()) != record.size()) return;
  if (get(&record[kBytes - 4]) != crc32(record.data(), kBytes - 4)) return;
  for (size_t i = 0; i < kCount; ++i) policy.*kNumbers[i].member = get(&record[4 * i]);
  policy.friendly_weekend = record[4 * kCount] == 1;
}

}  // namespace meter
