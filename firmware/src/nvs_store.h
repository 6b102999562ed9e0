// IKeyValue in a namespace of the NVS partition "ledger", which nothing else writes and nothing
// erases.
#pragma once

#include <Preferences.h>

#include "ports.h"

class NvsStore final : public meter::IKeyValue {
 public:
  explicit NvsStore(const char* name) : name_(name) {}
  bool begin();
  size_t read(std::string_view key, uint8_t* data, size_t capacity) override;
  bool write(std::string_view key, const uint8_t* data, size_t size) override;

 private:
  const char* name_;
  Preferences preferences_;
};
