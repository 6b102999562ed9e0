// IDisplay on an SSD1306 of 128 x 64 pixels over I2C. A display that is missing or pulled out costs
// nothing but its picture: rows it did not take come again.
#pragma once

#include "ports.h"

class Ssd1306 final : public meter::IDisplay {
 public:
  // Sets the display up; false when none answers.
  bool begin(int sda_pin, int scl_pin);
  bool show(size_t row, const uint8_t (&columns)[kColumns]) override;

 private:
  bool command(const uint8_t* bytes, size_t size);

  bool present_ = false;
};
