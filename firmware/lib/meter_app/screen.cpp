#include "screen.h"

#include "calendar.h"
#include "division.h"
#include "font.h"

namespace meter {
namespace {

using Row = FixedText<ScreenText::kRowBytes>;

constexpr size_t kHeaderRow = 0;
constexpr size_t kLabelRow = 2;
constexpr size_t kDetailRow = 5;
constexpr size_t kMessageRow = 6;  // and the one below
constexpr uint32_t kMsPerHour = 3600000;
constexpr uint32_t kMsPerMinute = 60000;
constexpr uint64_t kManyWh = 1000000;       // from here without digits behind the point
constexpr int kLevels[] = {-60, -70, -80};  // dBm of three, two and one bar

void append_number(Row& row, uint64_t value) { row.append(Decimal::of(value).view()); }

void append_padded(Row& row, uint32_t value) {
  if (value < 10) row.append('0');
  append_number(row, value);
}

// "12.34 kWh", cut and never rounded up: nobody is shown more than there is.
void append_kwh(Row& row, int64_t energy_wh) {
  const bool negative = energy_wh < 0;
  const auto wh = static_cast<uint64_t>(negative ? -energy_wh : energy_wh);
  if (negative) row.append('-');
  const Division kwh = divide(wh, 1000);
  append_number(row, kwh.quotient);
  if (wh < kManyWh) {
    row.append('.');
    append_padded(row, kwh.rest / 10);
  }
  row.append(" kWh");
}

// "21/11 10:40"
void append_time(Row& row, int64_t epoch_ms) {
  const Division hours = divide(static_cast<uint64_t>(epoch_ms), kMsPerHour);
  const CivilHour at = civil_hour(static_cast<uint32_t>(hours.quotient));
  append_padded(row, at.day);
  row.append('/');
  append_padded(row, at.month);
  row.append(' ');
  append_padded(row, at.hour);
  row.append(':');
  append_padded(row, hours.rest / kMsPerMinute);
}

void put_header(Row& row, const View& view, Language language) {
  const std::string_view state = say(view.link.online ? Phrase::online : Phrase::offline, language);
  row.append(meter::first(view.meter_id, ScreenText::kRowBytes - 1 - state.size()));
  while (row.size() + state.size() < ScreenText::kRowBytes) row.append(' ');
  row.append(state);
}

// Breaks between words; what does not fit on two rows is cut.
void put_message(Row& first, Row& second, std::string_view message) {
  if (message.size() <= ScreenText::kRowBytes) {
    first.assign(message);
    return;
  }
  const size_t space = message.rfind(' ', ScreenText::kRowBytes);
  const size_t end = space == std::string_view::npos ? ScreenText::kRowBytes : space;
  first.assign(meter::first(message, end));
  message.remove_prefix(space == std::string_view::npos ? end : end + 1);
  second.assign(message);
}

void put_signal(Row& row, const View& view, Language language) {
  row.append(say(Phrase::signal, language));
  int bars = 0;
  for (const int level : kLevels) bars += view.link.rssi != 0 && view.link.rssi >= level ? 1 : 0;
  append_number(row, static_cast<uint64_t>(bars));
  row.append("/3");
}

}  // namespace

ScreenText compose(Page page, const View& view, Language language) {
  ScreenText text;
  Row& label = text.rows[kLabelRow];
  Row& large = text.rows[ScreenText::kLargeRow];
  Row& detail = text.rows[kDetailRow];
  put_header(text.rows[kHeaderRow], view, language);
  switch (page) {
    case Page::balance:
    case Page::count:
      label.append(say(Phrase::balance, language));
      append_kwh(large, view.balance_wh);
      detail.append(say(Phrase::days_left, language));
      if (view.days_left < 0) {
        detail.append('-');
      } else {
        append_number(detail, static_cast<uint64_t>(view.days_left));
      }
      break;
    case Page::power:
      label.append(say(Phrase::power, language));
      append_number(large, view.power_w);
      large.append(" W");
      detail.append(say(Phrase::this_hour, language));
      append_kwh(detail, view.hour_wh);
      break;
    case Page::recharge:
      label.append(say(Phrase::last_recharge, language));
      if (view.last_recharge.energy_wh == 0) {
        detail.append(say(Phrase::none_yet, language));
        break;
      }
      append_kwh(large, static_cast<int64_t>(view.last_recharge.energy_wh));
      if (view.last_recharge.at_ms > 0) append_time(detail, view.last_recharge.at_ms);
      break;
    case Page::link:
      label.append(say(view.supplied ? Phrase::supply_on : Phrase::supply_off, language));
      put_signal(text.rows[kLabelRow + 2], view, language);
      detail.append(first(view.firmware, ScreenText::kRowBytes));
      break;
  }
  put_message(text.rows[kMessageRow], text.rows[kMessageRow + 1], say(view.notice, language));
  return text;
}

void render(const ScreenText& text, size_t row, uint8_t (&columns)[IDisplay::kColumns]) {
  // Only the pages with a large number use the row below it for nothing else.
  const bool lower = row == ScreenText::kLargeRow + 1 && text.rows[row].empty();
  const bool large = row == ScreenText::kLargeRow || lower;
  const size_t wide = large ? 2 : 1;
  const std::string_view line = text.rows[lower ? row - 1 : row].view();
  for (size_t x = 0; x < IDisplay::kColumns; ++x) {
    const size_t cell = x / (kCellColumns * wide);
    const size_t column = x / wide % kCellColumns;
    columns[x] = 0;
    if (cell >= line.size() || column >= kGlyphColumns) continue;
    const uint8_t bits = glyph_of(line[cell])[column];
    if (!large) {
      columns[x] = bits;
      continue;
    }
    const unsigned half = lower ? bits >> 4 : bits & 15U;  // each bit becomes two
    for (unsigned bit = 0; bit < 4; ++bit) {
      if ((half >> bit & 1U) != 0) columns[x] = static_cast<uint8_t>(columns[x] | 3U << (2 * bit));
    }
  }
}

}  // namespace meter
