#include "signals.h"

#include "division.h"

namespace meter {
namespace {

constexpr uint32_t kMinuteMs = 60000;
constexpr uint32_t kHourMs = 60 * kMinuteMs;

// clang-format off
constexpr SignalCode kCodes[] = {
    // lamp              sound               again every
    {0b1010101010101010, 0b1010101000000000, 10 * kMinuteMs},  // fault
    {0b1110111011101110, 0,                  0},               // updating
    {0b1010100000000000, 0b1111111100000000, kHourMs},         // tamper
    {0b1000000010000000, 0,                  0},               // held
    {0b1100110011001100, 0b1100110000000000, kMinuteMs},       // press_to_reconnect
    {0b1100000011000000, 0b1111000000000000, 0},               // power_limit
    {0b1100110011001100, 0b1100000000000000, kMinuteMs},       // press_for_emergency
    {0b1111111100000000, 0b1010000000000000, kHourMs},         // emergency
    {0b1000000000000000, 0b1111000011110000, 0},               // out_of_credit
    {0b1111000011110000, 0b1010000000000000, kHourMs},         // low_credit
    {0b1111111111111100, 0,                  0},               // offline
    {0b1111111111111111, 0,                  0},               // none: all is well
};
// clang-format on

static_assert(sizeof kCodes / sizeof kCodes[0] == static_cast<size_t>(Notice::count),
              "a code for every notice");

bool slot(uint16_t pattern, uint64_t ms) {
  return (pattern >> (15 - divide(ms, Signals::kSlotMs).quotient % 16) & 1) != 0;
}

}  // namespace

const SignalCode& code_of(Notice notice) { return kCodes[static_cast<size_t>(notice)]; }

SignalLevels Signals::at(uint64_t now_ms, Notice notice) {
  if (notice != notice_) {
    notice_ = notice;
    since_ms_ = now_ms;
  }
  const SignalCode& code = code_of(notice);
  uint64_t since_ms = now_ms - since_ms_;
  const bool lamp = slot(code.lamp, since_ms);
  if (code.sound_every_ms > 0) since_ms = divide(since_ms, code.sound_every_ms).rest;
  return {lamp, since_ms < kPatternMs && slot(code.sound, since_ms)};
}

}  // namespace meter
