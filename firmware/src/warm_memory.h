// IKeyValue in RTC memory: one record that survives a reset, a brown-out or a watchdog, and is lost
// with the power.
#pragma once

#include "ports.h"

class WarmMemory final : public meter::IKeyValue {
 public:
  size_t read(std::string_view key, uint8_t* data, size_t capacity) override;
  bool write(std::string_view key, const uint8_t* data, size_t size) override;
};
