#include "pzem_port.h"

#include "board.h"

void PzemPort::begin() { Serial1.begin(9600, SERIAL_8N1, board::kPzemRxPin, board::kPzemTxPin); }

void PzemPort::write(const uint8_t* data, size_t size) { Serial1.write(data, size); }

size_t PzemPort::read(uint8_t* data, size_t capacity) {
  size_t count = 0;
  while (count < capacity && Serial1.available() > 0) {
    data[count++] = static_cast<uint8_t>(Serial1.read());
  }
  return count;
}
