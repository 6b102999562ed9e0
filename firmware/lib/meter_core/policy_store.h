// The supply policy as the operator last set it, so that it outlives a reboot.
#pragma once

#include <string_view>

#include "supply.h"
#include "twin_record.h"

namespace meter {

// Sets one number of the policy by its name; false when there is no such name or it is too large.
bool set_policy_number(SupplyPolicy& policy, std::string_view name, uint64_t value);

class PolicyStore {
 public:
  explicit PolicyStore(IKeyValue& storage) : record_(storage, "policy") {}

  // Leaves `policy` alone when nothing valid is stored.
  void load(SupplyPolicy& policy);
  bool save(const SupplyPolicy& policy);

 private:
  TwinRecord record_;
};

}  // namespace meter
