#include "file_updater.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <utility>

namespace meter {

Image FileUpdater::boot() {
  load();
  if (state_ == "trial") {
    running_ = former_;
    state_ = "valid";
  }
  if (state_ == "next") {
    std::swap(running_, former_);
    state_ = "trial";
  }
  store();
  Image image;
  if (running_ < 0) return image;
  std::ifstream file(slot(running_));
  std::string magic;
  if (!(file >> magic >> image.version >> image.behaviour) || magic != "metersim-image") {
    image.behaviour = "crashing";
  }
  image.firmware = "metersim-image-" + std::to_string(image.version);
  return image;
}

bool FileUpdater::write(uint32_t offset, const uint8_t* data, size_t size) {
  if (offset + size > kSlotBytes) return false;
  const int file = ::open(slot(other()).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool whole =
      ::pwrite(file, data, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
  return ::close(file) == 0 && whole;
}

size_t FileUpdater::read(uint32_t offset, uint8_t* data, size_t size) {
  const int file = ::open(slot(other()).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t count = ::pread(file, data, size, static_cast<off_t>(offset));
  ::close(file);
  return count > 0 ? static_cast<size_t>(count) : 0;
}

// `former_` names the slot of the new image until the boot loader has swapped the two.
bool FileUpdater::boot_next() {
  former_ = other();
  state_ = "next";
  return store();
}

bool FileUpdater::confirm() {
  state_ = "valid";
  return store();
}

void FileUpdater::roll_back() {
  running_ = former_;
  state_ = "valid";
  rolled_back_ = store();
}

std::string FileUpdater::slot(int number) const {
  return directory_ + "/image_" + std::to_string(number) + ".bin";
}

void FileUpdater::load() {
  std::ifstream file(directory_ + "/boot.txt");
  int running = -1;
  int former = -1;
  std::string state;
  if (!(file >> running >> former >> state)) return;
  running_ = running;
  former_ = former;
  state_ = state;
}

// Renamed into place: a process killed here leaves the old record or the new one.
bool FileUpdater::store() const {
  const std::string path = directory_ + "/boot.txt";
  const std::string fresh = path + ".new";
  std::ofstream file(fresh, std::ios::trunc);
  file << running_ << ' ' << former_ << ' ' << state_ << '\n';
  file.close();
  return file.good() && std::rename(fresh.c_str(), path.c_str()) == 0;
}

}  // namespace meter
