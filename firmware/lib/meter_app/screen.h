// A page of the display as text, and as the pixels of an SSD1306: 128 x 64, one bit each.
#pragma once

#include <cstddef>
#include <cstdint>

#include "phrases.h"
#include "ports.h"
#include "text.h"
#include "view.h"

namespace meter {

enum class Page : uint8_t { balance, power, recharge, link, count };

struct ScreenText {
  static constexpr size_t kRows = 8;
  static constexpr size_t kRowBytes = 21;
  static constexpr size_t kLargeRow = 3;  // twice as high and wide: takes this row and the next

  FixedText<kRowBytes> rows[kRows];
};

ScreenText compose(Page page, const View& view, Language language);

// One row of eight pixels' height, as IDisplay takes it.
void render(const ScreenText& text, size_t row, uint8_t (&columns)[IDisplay::kColumns]);

}  // namespace meter
