#include "policy_store.h"

#include "record.h"

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
constexpr size_t kBytes = 4 * kCount + 1;  // numbers, weekend
constexpr uint32_t kMostWh = 1000000000;

}  // namespace

bool set_policy_number(SupplyPolicy& policy, std::string_view name, uint64_t value) {
  if (same(name, "friendly_weekend")) {
    if (value > 1) return false;
    policy.friendly_weekend = value == 1;
    return true;
  }
  for (const Number& number : kNumbers) {
    if (number.name != name) continue;
    const bool hour = same(name, "friendly_from_hour") || same(name, "friendly_to_hour");
    if (value > (hour ? 23 : kMostWh)) return false;
    policy.*number.member = static_cast<uint32_t>(value);
    return true;
  }
  return false;
}

bool PolicyStore::save(const SupplyPolicy& policy) {
  uint8_t record[kBytes + TwinRecord::kSealBytes];
  Packer to(record);
  for (const Number& number : kNumbers) to.put(policy.*number.member, 4);
  to.put(policy.friendly_weekend ? 1 : 0, 1);
  return record_.save(record, kBytes);
}

void PolicyStore::load(SupplyPolicy& policy) {
  uint8_t record[kBytes + TwinRecord::kSealBytes];
  if (record_.load(record, sizeof record) != kBytes) return;
  Unpacker from(record);
  for (const Number& number : kNumbers) policy.*number.member = from.u32();
  policy.friendly_weekend = from.u8() == 1;
}

}  // namespace meter
