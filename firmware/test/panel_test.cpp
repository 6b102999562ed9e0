#include "panel.h"

#include <gtest/gtest.h>

#include "board.h"
#include "font.h"

namespace meter {
namespace {

std::string row_of(const ScreenText& text, size_t row) {
  return std::string(text.rows[row].view());
}

View view_with(int64_t balance_wh, Notice notice = Notice::none) {
  View view;
  view.meter_id = "MTR-001";
  view.firmware = "0.2.0";
  view.balance_wh = balance_wh;
  view.link.online = true;
  view.notice = notice;
  return view;
}

std::string balance(int64_t wh) {
  return row_of(compose(Page::balance, view_with(wh), Language::english), ScreenText::kLargeRow);
}

TEST(Screen, BalanceIsCutNeverRoundedUp) {
  EXPECT_EQ(balance(29417), "29.41 kWh");
  EXPECT_EQ(balance(29419), "29.41 kWh");
  EXPECT_EQ(balance(9), "0.00 kWh");
  EXPECT_EQ(balance(-1250), "-1.25 kWh");
  EXPECT_EQ(balance(999999), "999.99 kWh");
  EXPECT_EQ(balance(1234567), "1234 kWh");
}

TEST(Screen, LargeNumbersFitTheDisplay) {
  for (const int64_t wh : {0, 999999, 1000000, 999999999, -99999}) {
    EXPECT_LE(balance(wh).size() * 2 * kCellColumns, IDisplay::kColumns) << wh;
  }
}

TEST(Screen, EveryTextFitsItsPlaceInBothLanguages) {
  for (const Language language : {Language::english, Language::swahili}) {
    for (int i = 0; i < static_cast<int>(Phrase::count); ++i) {
      EXPECT_LE(say(static_cast<Phrase>(i), language).size(), ScreenText::kRowBytes);
      EXPECT_FALSE(say(static_cast<Phrase>(i), language).empty());
    }
    for (int i = 0; i < static_cast<int>(Notice::none); ++i) {
      const auto notice = static_cast<Notice>(i);
      const ScreenText text = compose(Page::balance, view_with(0, notice), language);
      const std::string second = row_of(text, 7);
      const std::string shown = row_of(text, 6) + (second.empty() ? "" : " " + second);
      EXPECT_EQ(shown, say(notice, language));
    }
  }
}

TEST(Screen, HeaderKeepsTheMeterNumberWhole) {
  View view = view_with(0);
  for (const Language language : {Language::english, Language::swahili}) {
    for (const bool online : {true, false}) {
      view.link.online = online;
      const std::string header = row_of(compose(Page::balance, view, language), 0);
      EXPECT_EQ(header.substr(0, 8), "MTR-001 ");
      EXPECT_EQ(header.size(), ScreenText::kRowBytes);
    }
  }
}

TEST(Screen, LastRechargeIsToldInEastAfricaTime) {
  View view = view_with(0);
  EXPECT_EQ(row_of(compose(Page::recharge, view, Language::english), 5), "none yet");
  view.last_recharge = {14705, 1795256400000};
  const ScreenText text = compose(Page::recharge, view, Language::english);
  EXPECT_EQ(row_of(text, ScreenText::kLargeRow), "14.70 kWh");
  EXPECT_EQ(row_of(text, 5), "21/11 13:20");
}

TEST(Screen, DaysLeftAreUnknownAtFirst) {
  View view = view_with(1000);
  EXPECT_EQ(row_of(compose(Page::balance, view, Language::swahili), 5), "Siku zilizobaki: -");
  view.days_left = 12;
  EXPECT_EQ(row_of(compose(Page::balance, view, Language::swahili), 5), "Siku zilizobaki: 12");
}

TEST(Screen, LargeGlyphsAreTheSmallOnesDoubled) {
  const ScreenText text = compose(Page::balance, view_with(8000), Language::english);
  uint8_t upper[IDisplay::kColumns];
  uint8_t lower[IDisplay::kColumns];
  render(text, ScreenText::kLargeRow, upper);
  render(text, ScreenText::kLargeRow + 1, lower);
  for (size_t x = 0; x < 2 * kGlyphColumns; ++x) {
    const unsigned tall = upper[x] | unsigned{lower[x]} << 8;
    for (unsigned y = 0; y < 16; ++y) {
      EXPECT_EQ(tall >> y & 1, unsigned{glyph_of('8')[x / 2]} >> (y / 2) & 1);
    }
  }
}

TEST(Font, WhatItLacksIsAQuestionMark) {
  EXPECT_EQ(glyph_of('\x01'), glyph_of('?'));
  EXPECT_EQ(glyph_of('~'), glyph_of('?'));
  EXPECT_EQ(glyph_of('\xc3'), glyph_of('?'));
}

class FakeDisplay final : public IDisplay {
 public:
  bool show(size_t, const uint8_t (&)[kColumns]) override {
    ++rows;
    return takes;
  }
  int rows = 0;
  bool takes = true;
};

class PanelTest : public testing::Test, protected test::Board {
 protected:
  void come_online() {
    boot();
    ASSERT_TRUE(run_until([this] { return online() && log.count("reported") > 0; }));
  }
  Notice notice() { return view_of(config, app->meter(), {online(), -60, false}).notice; }
  FakeDisplay display;
};

TEST_F(PanelTest, OnlyChangedRowsAreDrawn) {
  cloud.sell("-N1", 5000);
  come_online();
  run(1000);
  app->draw(display);
  EXPECT_EQ(display.rows, 8);
  app->draw(display);
  EXPECT_EQ(display.rows, 8);
  energy.pending_mwh = 10000;
  run(1000);
  app->draw(display);
  EXPECT_EQ(display.rows, 10);  // the large number
}

TEST_F(PanelTest, RowsTheDisplayDidNotTakeComeAgain) {
  come_online();
  display.takes = false;
  app->draw(display);
  display.takes = true;
  app->draw(display);
  EXPECT_EQ(display.rows, 16);
}

TEST_F(PanelTest, PressTurnsThePageAndTheFirstComesBack) {
  cloud.sell("-N1", 5000);
  come_online();
  app->panel().press();
  EXPECT_EQ(app->panel().page(), Page::power);
  for (int i = 0; i < 3; ++i) app->panel().press();
  EXPECT_EQ(app->panel().page(), Page::balance);
  app->panel().press();
  run(Panel::kBackMs);
  app->draw(display);
  EXPECT_EQ(app->panel().page(), Page::balance);
}

TEST_F(PanelTest, PressTakesWhatTheDisplayOffers) {
  config.supply.emergency_wh = 100;
  come_online();
  EXPECT_EQ(notice(), Notice::press_for_emergency);
  app->panel().press();
  run(100);
  EXPECT_TRUE(relay.closed);
  EXPECT_EQ(app->panel().page(), Page::balance);
  EXPECT_EQ(notice(), Notice::emergency);
}

TEST_F(PanelTest, LanguageOutlivesAReboot) {
  come_online();
  app->panel().hold();
  EXPECT_EQ(app->panel().language(), Language::swahili);
  boot();
  EXPECT_EQ(app->panel().language(), Language::swahili);
  app->panel().hold();
  EXPECT_EQ(app->panel().language(), Language::english);
}

TEST_F(PanelTest, LastRechargeOutlivesAReboot) {
  cloud.sell("-N1", 5000);
  come_online();
  run(1000);
  boot();
  EXPECT_EQ(app->meter().last_recharge().energy_wh, 5000u);
  EXPECT_GT(app->meter().last_recharge().at_ms, 0);
}

TEST_F(PanelTest, TheMostImportantNoticeIsShown) {
  config.supply.low_wh = 600;
  cloud.sell("-N1", 500);
  come_online();
  run(1000);
  EXPECT_EQ(notice(), Notice::low_credit);
  app->meter().signal(AlertKind::cover_open, true);
  EXPECT_EQ(notice(), Notice::tamper);
  app->meter().signal(AlertKind::sensor_silent, true);
  EXPECT_EQ(notice(), Notice::fault);
}

TEST(Signals, LampFollowsItsPattern) {
  Signals signals;
  const uint16_t pattern = code_of(Notice::low_credit).lamp;
  for (uint64_t slot = 0; slot < 32; ++slot) {
    const bool on = (pattern >> (15 - slot % 16) & 1) != 0;
    EXPECT_EQ(signals.at(1000 + slot * Signals::kSlotMs, Notice::low_credit).lamp, on);
  }
}

TEST(Signals, SoundIsHeardOnceAndThenNowAndThen) {
  Signals signals;
  const SignalCode& code = code_of(Notice::press_for_emergency);
  EXPECT_TRUE(signals.at(1000, Notice::press_for_emergency).sound);
  EXPECT_FALSE(signals.at(1000 + Signals::kPatternMs, Notice::press_for_emergency).sound);
  EXPECT_TRUE(signals.at(1000 + code.sound_every_ms, Notice::press_for_emergency).sound);
  EXPECT_FALSE(signals.at(1000 + code.sound_every_ms + 10000, Notice::none).sound);
}

TEST(Signals, EveryNoticeHasALampOfItsOwnOrSharesItsMeaning) {
  for (int i = 0; i < static_cast<int>(Notice::none); ++i) {
    EXPECT_NE(code_of(static_cast<Notice>(i)).lamp, code_of(Notice::none).lamp) << i;
  }
}

}  // namespace
}  // namespace meter
