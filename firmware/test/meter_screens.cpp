// Prints the display's pages for the documents: one line each, name and pixels as hexadecimal
// digits, row after row.
#include <cstdio>

#include "screen.h"

namespace {

using meter::Language;
using meter::Notice;
using meter::Page;

meter::View sample() {
  meter::View view;
  view.meter_id = "MTR-001";
  view.firmware = "0.2.0";
  view.balance_wh = 29417;
  view.days_left = 4;
  view.power_w = 1840;
  view.hour_wh = 920;
  view.supplied = true;
  view.last_recharge = {14705, 1795256400000};
  view.link = {true, -64, false};
  return view;
}

void print(const char* name, Page page, const meter::View& view, Language language) {
  const meter::ScreenText text = meter::compose(page, view, language);
  std::printf("%s ", name);
  for (size_t row = 0; row < meter::ScreenText::kRows; ++row) {
    uint8_t columns[meter::IDisplay::kColumns];
    meter::render(text, row, columns);
    for (const uint8_t column : columns) std::printf("%02x", column);
  }
  std::printf("\n");
}

}  // namespace

int main() {
  meter::View view = sample();
  print("balance", Page::balance, view, Language::english);
  print("power", Page::power, view, Language::english);
  print("recharge", Page::recharge, view, Language::english);
  print("link", Page::link, view, Language::english);
  view.balance_wh = 860;
  view.days_left = 0;
  view.notice = Notice::low_credit;
  print("low_credit", Page::balance, view, Language::swahili);
  view.balance_wh = 0;
  view.supplied = false;
  view.notice = Notice::press_for_emergency;
  print("emergency", Page::balance, view, Language::swahili);
  view.notice = Notice::out_of_credit;
  print("out_of_credit", Page::balance, view, Language::swahili);
  view.link.online = false;
  view.balance_wh = 5210;
  view.days_left = 1;
  view.notice = Notice::offline;
  print("offline", Page::balance, view, Language::swahili);
  return 0;
}
