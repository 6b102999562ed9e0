// Arguments of a command: any text ends, and what is taken is a name and a number of that text.
#include <cstdlib>
#include <string_view>

#include "command.h"
#include "policy_store.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  meter::Arguments pairs(text);
  meter::SupplyPolicy policy;
  std::string_view name;
  uint64_t value = 0;
  size_t taken = 0;
  while (pairs.next(name, value)) {
    if (name.empty() || ++taken > size) std::abort();
    (void)meter::set_policy_number(policy, name, value);
  }
  if (policy.friendly_from_hour > 23 || policy.friendly_to_hour > 23) std::abort();
  return 0;
}
