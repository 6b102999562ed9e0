#pragma once

#include <cstddef>
#include <cstdint>

using esp_err_t = int;
constexpr esp_err_t ESP_OK = 0;

struct esp_partition_t {
  uint32_t address;
  uint32_t size;
};

esp_err_t esp_partition_erase_range(const esp_partition_t* in, size_t offset, size_t size);
esp_err_t esp_partition_write(const esp_partition_t* in, size_t at, const void* from, size_t size);
esp_err_t esp_partition_read(const esp_partition_t* in, size_t at, void* into, size_t size);
