#include "pulse_input.h"

#include <Arduino.h>

void PulseInput::begin(int pin) {
  pin_ = pin;
  pinMode(pin, INPUT_PULLUP);
  attachInterruptArg(digitalPinToInterrupt(pin), on_change, this, CHANGE);
}

// The output is an open collector to ground: low is on.
void IRAM_ATTR PulseInput::on_change(void* self) {
  auto* input = static_cast<PulseInput*>(self);
  input->meter_.on_edge(digitalRead(input->pin_) == LOW, millis());
}

meter::EnergyReading PulseInput::read() { return meter_.read(millis()); }
