// The front of the meter: pages, language, lamp and buzzer. A press shows the next page, or does
// what the display offers; one of two seconds changes the language (push.h).
#pragma once

#include <cstdint>

#include "config.h"
#include "meter.h"
#include "screen.h"
#include "signals.h"
#include "twin_record.h"

namespace meter {

class Panel {
 public:
  static constexpr uint32_t kBackMs = 30000;  // then the first page comes back

  Panel(const Config& config, Meter& meter, IKeyValue& storage, IClock& clock)
      : config_(config), meter_(meter), record_(storage, "language"), clock_(clock) {}

  void begin();
  void press();
  void hold();  // the other language

  // Takes the state of things and draws the rows that differ from what was drawn before.
  void draw(const Link& link, IDisplay& display);
  ScreenText text(const Link& link);
  SignalLevels levels(const Link& link);

  Page page() const { return page_; }
  Language language() const { return language_; }

 private:
  const Config& config_;
  Meter& meter_;
  TwinRecord record_;
  IClock& clock_;
  Signals signals_;
  Page page_ = Page::balance;
  Language language_ = Language::english;
  uint64_t pressed_at_ms_ = 0;
  uint32_t drawn_[ScreenText::kRows] = {};  // CRC of each row as it stands
};

}  // namespace meter
