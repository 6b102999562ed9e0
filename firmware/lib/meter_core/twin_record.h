// One record in two slots, "name_a" and "name_b": a generation and a CRC-32 at its end tell the
// newest whole one, so a power cut at any byte of a write leaves the former record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ports.h"
#include "text.h"

namespace meter {

class TwinRecord {
 public:
  static constexpr size_t kSealBytes = 8;  // generation, CRC
  static constexpr size_t kMaxName = 13;   // two more make the longest key that NVS takes

  TwinRecord(IKeyValue& storage, std::string_view name) : storage_(storage), name_(name) {}

  // Reads the newest whole record; its size without the seal, 0 when there is none. Call it before
  // the first save().
  size_t load(uint8_t* record, size_t capacity);

  // Stores the first `size` bytes over the older slot and reads them back; `record` has room for
  // the seal behind them. False: not durable, and the former record still stands.
  bool save(uint8_t* record, size_t size);

 private:
  using Key = FixedText<kMaxName + 2>;

  Key key_of(int slot) const;
  size_t read(int slot, uint8_t* record, size_t capacity, uint32_t& generation) const;

  IKeyValue& storage_;
  std::string_view name_;
  uint32_t generation_ = 0;
  int newest_ = 1;
};

}  // namespace meter
