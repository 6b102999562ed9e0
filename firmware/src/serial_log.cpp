#include "serial_log.h"

#include <Arduino.h>

#include "json_writer.h"

void SerialLog::event(const meter::Event& event) {
  meter::FixedText<512> line;
  meter::JsonObject json(line);
  json.text("event", event.name()).number("at_ms", static_cast<int64_t>(millis()));
  for (const meter::EventField& field : event) {
    if (field.is_number) {
      json.number(field.name, field.number);
    } else {
      json.text(field.name, field.text);
    }
  }
  if (!json.end()) return;
  Serial.write(reinterpret_cast<const uint8_t*>(line.view().data()), line.size());
  Serial.write('\n');
}
