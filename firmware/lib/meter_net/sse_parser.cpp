#include "sse_parser.h"

namespace meter {

void SseParser::feed(std::string_view bytes, ISseHandler& handler) {
  while (!bytes.empty()) {
    if (state_ == State::value && field_ == Field::data) {
      const std::string_view slice = first(bytes, bytes.find_first_of("\r\n"));
      if (!slice.empty()) handler.on_data(slice);
      bytes.remove_prefix(slice.size());
      if (bytes.empty()) return;
    }
    take(bytes.front(), handler);
    bytes.remove_prefix(1);
  }
}

void SseParser::take(char c, ISseHandler& handler) {
  const bool second_of_crlf = after_cr_ && c == '\n';
  after_cr_ = c == '\r';
  if (second_of_crlf) return;
  if (c == '\r' || c == '\n') return end_of_line(handler);
  if (state_ == State::field) {
    if (c != ':') {
      name_.append(c);
      return;
    }
    start_value();
    if (field_ == Field::data && any_data_) handler.on_data("\n");
    any_data_ = any_data_ || field_ == Field::data;
    state_ = State::space;
    return;
  }
  if (state_ == State::space) {
    state_ = State::value;
    if (c == ' ') return;
  }
  if (field_ == Field::event) event_.append(c);
  if (field_ == Field::data) handler.on_data(std::string_view(&c, 1));
}

void SseParser::start_value() {
  field_ = Field::other;
  if (!name_.whole()) return;
  if (same(name_.view(), "event")) {
    field_ = Field::event;
    event_.clear();
  } else if (same(name_.view(), "data")) {
    field_ = Field::data;
  }
}

void SseParser::end_of_line(ISseHandler& handler) {
  if (state_ == State::field && name_.empty()) {
    if (any_field_) handler.on_dispatch();
    any_field_ = false;
    any_data_ = false;
  } else {
    if (state_ == State::field) start_value();
    if (field_ == Field::event) handler.on_event(event_.view());
    if (field_ != Field::other) any_field_ = true;
  }
  name_.clear();
  field_ = Field::other;
  state_ = State::field;
}

}  // namespace meter
