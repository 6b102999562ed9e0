// IKeyValue in a directory, one file per key, overwritten in place like a flash slot: a process
// killed in the middle of a write leaves a torn file, which the ledger's two slots must survive.
#pragma once

#include <string>

#include "ports.h"

namespace meter {

class FileStore final : public IKeyValue {
 public:
  explicit FileStore(std::string directory) : directory_(std::move(directory)) {}

  // Creates the directory; false when it cannot be used.
  bool begin();

  size_t read(std::string_view key, uint8_t* data, size_t capacity) override;
  bool write(std::string_view key, const uint8_t* data, size_t size) override;

 private:
  std::string path(std::string_view key) const;

  std::string directory_;
};

}  // namespace meter
