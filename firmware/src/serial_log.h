// ILog as one line per event on the serial port.
#pragma once

#include "ports.h"

class SerialLog final : public meter::ILog {
 public:
  void event(const meter::Event& event) override;
};
