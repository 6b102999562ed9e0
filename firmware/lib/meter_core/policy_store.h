// The supply policy as the operator last set it, so that it outlives a reboot.
#pragma once

#include <string_view>

#include "ports.h"
#include "supply.h"

namespace meter {

// Sets one number of the policy by its name; false when there is no such name or it is too large.
bool set_policy_number(SupplyPolicy& policy, std::string_view name, uint64_t value);

bool save_policy(IKeyValue& storage, const SupplyPolicy& policy);

// Leaves `policy` alone when nothing valid is stored.
void load_policy(IKeyValue& storage, SupplyPolicy& policy);

}  // namespace meter
