// The serial line: what the portal does, for a person with a cable.
//
//   setup ssid=My+House&password=...&meter_id=MTR-001&code=...   -> accepted | refused WHY
//   status                                                       -> state STATE [WHY]
//   reset                                                        -> forgotten | refused not_stored
//
// Nothing that is typed is echoed. A line has at most 640 characters; a longer one is refused.
#pragma once

#include <string_view>

#include "provisioning.h"

namespace meter {

class SetupLine {
 public:
  explicit SetupLine(Provisioning& provisioning) : provisioning_(provisioning) {}

  // The answer to a line that this byte completes, otherwise empty. It lives until the next call.
  std::string_view take(char c);

 private:
  void answer();
  void say(std::string_view word, std::string_view why);

  Provisioning& provisioning_;
  FixedText<640> line_;
  FixedText<64> answer_;
};

}  // namespace meter
