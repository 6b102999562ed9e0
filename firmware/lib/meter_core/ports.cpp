#include "ports.h"

namespace meter {

Event::Event(const char* name) : name_(name) {}

Event& Event::text(const char* name, const char* value) {
  return text(name, std::string_view(value));
}

Event& Event::text(const char* name, std::string_view value) {
  if (count_ < kMaxFields) fields_[count_++] = {name, value, 0, false};
  return *this;
}

Event& Event::number(const char* name, int64_t value) {
  if (count_ < kMaxFields) fields_[count_++] = {name, {}, value, true};
  return *this;
}

}  // namespace meter
