// The lamp and the buzzer: one code for each notice, as a table.
#pragma once

#include <cstdint>

#include "view.h"

namespace meter {

struct SignalCode {
  uint16_t lamp;            // sixteen eighths of a second, first one highest; repeats
  uint16_t sound;           // the same, once when the notice begins
  uint32_t sound_every_ms;  // and again so often; 0: never
};

const SignalCode& code_of(Notice notice);

struct SignalLevels {
  bool lamp = false;
  bool sound = false;
};

class Signals {
 public:
  static constexpr uint32_t kSlotMs = 125;
  static constexpr uint32_t kPatternMs = 16 * kSlotMs;

  SignalLevels at(uint64_t now_ms, Notice notice);

 private:
  Notice notice_ = Notice::count;
  uint64_t since_ms_ = 0;
};

}  // namespace meter
