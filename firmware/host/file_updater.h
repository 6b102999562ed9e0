// IUpdater over files, with the boot loader that goes with it. An image of the virtual meter is a
// file whose first line says what it is; whatever follows is ballast:
//
//   metersim-image VERSION BEHAVIOUR
//
// BEHAVIOUR is `healthy`, or a way of being bad: `offline` never reaches the server, `crashing`
// ends while it starts, `forgetful` cannot read the ledger.
#pragma once

#include <string>

#include "ports.h"

namespace meter {

struct Image {
  uint32_t version = 1;  // what metersim is without any update
  std::string behaviour = "healthy";
  std::string firmware = "metersim-0.1.0";
};

class FileUpdater final : public IUpdater {
 public:
  explicit FileUpdater(std::string directory) : directory_(std::move(directory)) {}

  // What the boot loader does with every start: an image that restarted on trial is given up, one
  // that was made the next starts on trial.
  Image boot();

  uint32_t capacity() override { return kSlotBytes; }
  bool write(uint32_t offset, const uint8_t* data, size_t size) override;
  size_t read(uint32_t offset, uint8_t* data, size_t size) override;
  bool boot_next() override;
  bool on_trial() override { return state_ == "trial"; }
  bool confirm() override;
  void roll_back() override;

  // The image gave itself up: restart the process.
  bool rolled_back() const { return rolled_back_; }

 private:
  static constexpr uint32_t kSlotBytes = 0x1e0000;  // as in partitions.csv

  std::string slot(int number) const;
  int other() const { return running_ == 0 ? 1 : 0; }
  void load();
  bool store() const;

  std::string directory_;
  int running_ = -1;  // slot; -1: metersim itself
  int former_ = -1;
  std::string state_ = "valid";  // valid, next (starts on trial) or trial
  bool rolled_back_ = false;
};

}  // namespace meter
