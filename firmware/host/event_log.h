// ILog as one JSON object per line on stdout, and the place where a test lets the process die.
#pragma once

#include <cstdio>
#include <string>

#include "ports.h"

namespace meter {

// Ends the process like a power cut, right after the n-th step of a kind.
struct DieAfter {
  std::string event;  // name of the event that counts the steps; empty: never
  uint64_t count = 0;
};

class EventLog final : public ILog {
 public:
  EventLog(IClock& clock, DieAfter die_after) : clock_(clock), die_after_(std::move(die_after)) {}

  void event(const Event& event) override;

 private:
  IClock& clock_;
  DieAfter die_after_;
  uint64_t seen_ = 0;
};

}  // namespace meter
