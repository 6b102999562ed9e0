// Server-sent events (WHATWG HTML, "event stream"), fed any slices; data of any length passes
// through without being stored.
#pragma once

#include <string_view>

#include "text.h"

namespace meter {

class ISseHandler {
 public:
  virtual void on_event(std::string_view name) = 0;
  virtual void on_data(std::string_view slice) = 0;  // lines of one event are joined by '\n'
  virtual void on_dispatch() = 0;                    // the blank line that ends an event

 protected:
  ~ISseHandler() = default;
};

class SseParser {
 public:
  void reset() { *this = SseParser{}; }
  void feed(std::string_view bytes, ISseHandler& handler);

 private:
  enum class State { field, space, value };
  enum class Field { event, data, other };

  void take(char c, ISseHandler& handler);
  void start_value();
  void end_of_line(ISseHandler& handler);

  State state_ = State::field;
  Field field_ = Field::other;
  FixedText<16> name_;
  FixedText<32> event_;
  bool after_cr_ = false;
  bool any_field_ = false;  // something since the last blank line
  bool any_data_ = false;
};

}  // namespace meter
