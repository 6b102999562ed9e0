// A small font for a display of one bit per pixel: five columns and one of space, eight rows.
#pragma once

#include <cstddef>
#include <cstdint>

namespace meter {

constexpr size_t kGlyphColumns = 5;
constexpr size_t kCellColumns = 6;

// Columns of a character from left to right, lowest bit on top. What the font lacks is a '?'.
const uint8_t* glyph_of(char c);

}  // namespace meter
