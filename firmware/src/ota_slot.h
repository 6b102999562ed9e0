// IUpdater over the two application partitions and the boot loader's rollback.
#pragma once

#include <esp_ota_ops.h>

#include "ports.h"

class OtaSlot final : public meter::IUpdater {
 public:
  uint32_t capacity() override;
  bool write(uint32_t offset, const uint8_t* data, size_t size) override;
  size_t read(uint32_t offset, uint8_t* data, size_t size) override;
  bool boot_next() override;
  bool on_trial() override;
  bool confirm() override;
  void roll_back() override;

 private:
  static constexpr uint32_t kSectorBytes = 4096;

  const esp_partition_t* slot();

  const esp_partition_t* slot_ = nullptr;
};
