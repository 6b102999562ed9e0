#include "ota_slot.h"

const esp_partition_t* OtaSlot::slot() {
  if (slot_ == nullptr) slot_ = esp_ota_get_next_update_partition(nullptr);
  return slot_;
}

uint32_t OtaSlot::capacity() { return slot() == nullptr ? 0 : slot_->size; }

// A sector is erased when its first byte is written.
bool OtaSlot::write(uint32_t offset, const uint8_t* data, size_t size) {
  if (slot() == nullptr) return false;
  uint32_t sector = (offset + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
  for (; sector < offset + size; sector += kSectorBytes) {
    if (esp_partition_erase_range(slot_, sector, kSectorBytes) != ESP_OK) return false;
  }
  return esp_partition_write(slot_, offset, data, size) == ESP_OK;
}

size_t OtaSlot::read(uint32_t offset, uint8_t* data, size_t size) {
  if (slot() == nullptr) return 0;
  return esp_partition_read(slot_, offset, data, size) == ESP_OK ? size : 0;
}

bool OtaSlot::boot_next() {
  return slot() != nullptr && esp_ota_set_boot_partition(slot_) == ESP_OK;
}

bool OtaSlot::on_trial() {
  esp_ota_img_states_t state = ESP_OTA_IMG_UNDEFINED;
  return esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK &&
         state == ESP_OTA_IMG_PENDING_VERIFY;
}

bool OtaSlot::confirm() { return esp_ota_mark_app_valid_cancel_rollback() == ESP_OK; }

void OtaSlot::roll_back() { esp_ota_mark_app_invalid_rollback_and_reboot(); }
