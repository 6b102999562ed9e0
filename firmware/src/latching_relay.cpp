#include "latching_relay.h"

#include <Arduino.h>

#include "board.h"

void LatchingRelay::begin() {
  for (const int pin : {board::kRelaySetPin, board::kRelayResetPin}) {
    digitalWrite(pin, LOW);
    pinMode(pin, OUTPUT);
  }
}

void LatchingRelay::set(bool closed) {
  const int pin = closed ? board::kRelaySetPin : board::kRelayResetPin;
  digitalWrite(pin, HIGH);
  delay(board::kRelayPulseMs);
  digitalWrite(pin, LOW);
}
