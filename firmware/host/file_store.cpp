#include "file_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

namespace meter {

bool FileStore::begin() {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  return std::filesystem::is_directory(directory_, error);
}

size_t FileStore::read(std::string_view key, uint8_t* data, size_t capacity) {
  const int file = ::open(path(key).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t count = ::read(file, data, capacity);
  uint8_t beyond = 0;
  const bool larger = count > 0 && ::read(file, &beyond, 1) > 0;
  ::close(file);
  return count > 0 && !larger ? static_cast<size_t>(count) : 0;
}

// The kernel keeps what a killed process wrote; fdatasync covers the machine's own power.
bool FileStore::write(std::string_view key, const uint8_t* data, size_t size) {
  const int file = ::open(path(key).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool whole = ::write(file, data, size) == static_cast<ssize_t>(size) &&
                     ::ftruncate(file, static_cast<off_t>(size)) == 0 && ::fdatasync(file) == 0;
  return ::close(file) == 0 && whole;
}

std::string FileStore::path(std::string_view key) const {
  return directory_ + "/" + std::string(key) + ".bin";
}

}  // namespace meter
