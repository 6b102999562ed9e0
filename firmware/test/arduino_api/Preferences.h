#pragma once

#include <cstddef>
#include <cstdint>

class Preferences {
 public:
  bool begin(const char* name, bool read_only = false, const char* partition = nullptr);
  void end();
  size_t putBytes(const char* key, const void* value, size_t size);
  size_t getBytes(const char* key, void* buffer, size_t capacity);
  size_t getBytesLength(const char* key);
  size_t getString(const char* key, char* value, size_t capacity);
  uint32_t getUInt(const char* key, uint32_t otherwise = 0);
  bool getBool(const char* key, bool otherwise = false);
};
