#include "ports.h"

namespace meter {

Event::Event(std::string_view name) : name_(name) {}

Event& Event::text(std::string_view name, std::string_view value) {
  if (count_ < kMaxFields) fields_[count_++] = {name, value, 0, false};
  return *this;
}

Event& Event::number(std::string_view name, int64_t value) {
  if (count_ < kMaxFields) fields_[count_++] = {name, {}, value, true};
  return *this;
}

}  // namespace meter
