#include "panel.h"

#include "record.h"

namespace meter {
void Panel::begin() {
  uint8_t record[1 + TwinRecord::kSealBytes];
  if (record_.load(record, sizeof record) != 1) return;
  if (record[0] < static_cast<uint8_t>(Language::count)) {
    language_ = static_cast<Language>(record[0]);
  }
}

void Panel::press() {
  pressed_at_ms_ = clock_.monotonic_ms();
  if (meter_.press_button()) {
    page_ = Page::balance;
    return;
  }
  page_ = static_cast<Page>((static_cast<int>(page_) + 1) % static_cast<int>(Page::count));
}

void Panel::hold() {
  pressed_at_ms_ = clock_.monotonic_ms();
  language_ = language_ == Language::english ? Language::swahili : Language::english;
  uint8_t record[1 + TwinRecord::kSealBytes] = {static_cast<uint8_t>(language_)};
  record_.save(record, 1);
}

void Panel::draw(const Link& link, IDisplay& display) {
  const ScreenText screen = text(link);
  uint8_t columns[IDisplay::kColumns];
  for (size_t row = 0; row < ScreenText::kRows; ++row) {
    render(screen, row, columns);
    const uint32_t crc = crc32(columns, sizeof columns);
    if (crc == drawn_[row]) continue;
    if (display.show(row, columns)) drawn_[row] = crc;
  }
}

ScreenText Panel::text(const Link& link) {
  if (clock_.monotonic_ms() - pressed_at_ms_ >= kBackMs) page_ = Page::balance;
  return compose(page_, view_of(config_, meter_, link), language_);
}

SignalLevels Panel::levels(const Link& link) {
  return signals_.at(clock_.monotonic_ms(), view_of(config_, meter_, link).notice);
}

}  // namespace meter
