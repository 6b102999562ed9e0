#include "event_log.h"

#include <unistd.h>

#include "json_writer.h"

namespace meter {
namespace {

constexpr int kKilled = 137;

}  // namespace

void EventLog::event(const Event& event) {
  FixedText<1024> line;
  JsonObject json(line);
  json.text("event", event.name()).number("at_ms", clock_.epoch_ms());
  for (const EventField& field : event) {
    if (field.is_number) {
      json.number(field.name, field.number);
    } else {
      json.text(field.name, field.text);
    }
  }
  if (json.end()) {
    std::fwrite(line.view().data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
  }
  if (die_after_.event.empty() || event.name() != die_after_.event) return;
  if (++seen_ >= die_after_.count) ::_exit(kKilled);
}

}  // namespace meter
