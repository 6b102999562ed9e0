// Releases for tests: a signature that is no cryptography, and a flash with two slots.
#pragma once

#include <algorithm>
#include <string>

#include "ports.h"
#include "release.h"
#include "sha256.h"

namespace meter::test {

inline Digest sha256_of(const std::string& bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

inline std::string hex_of(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// "Signed" is the digest itself, every bit of it turned over.
inline Digest fake_signature(const Digest& digest) {
  Digest turned = digest;
  for (uint8_t& byte : turned) byte = static_cast<uint8_t>(~byte);
  return turned;
}

class FakeVerifier final : public ISignatureVerifier {
 public:
  bool verify(const Digest& digest, const uint8_t* signature, size_t size) override {
    const Digest expected = fake_signature(digest);
    return size == expected.size() && std::equal(expected.begin(), expected.end(), signature);
  }
};

struct ReleaseText {
  std::string board;
  uint32_t version = 0;
  std::string image;
};

inline std::string manifest(const ReleaseText& release) {
  const std::string version = std::to_string(release.version);
  const std::string text = "lipamita-release 1\nboard " + release.board + "\nversion " + version +
                           "\nname 0." + version + ".0\nsize " +
                           std::to_string(release.image.size()) + "\nsha256 " +
                           hex_of(sha256_of(release.image)) + "\n";
  return text + "signature " + hex_of(fake_signature(sha256_of(text))) + "\n";
}

// The board's flash and its boot loader: an image on trial that restarts is given up.
class FakeUpdater final : public IUpdater {
 public:
  static constexpr uint32_t kSector = 4096;

  uint32_t capacity() override { return most_bytes; }

  bool write(uint32_t offset, const uint8_t* data, size_t size) override {
    if (refuse_writes || offset + size > most_bytes) return false;
    if (slot.size() < offset + size) slot.resize(offset + size, '\xff');
    for (size_t i = 0; i < size; ++i) {
      if ((offset + i) % kSector == 0) {
        const size_t end = std::min<size_t>(offset + i + kSector, slot.size());
        std::fill(slot.begin() + static_cast<std::ptrdiff_t>(offset + i),
                  slot.begin() + static_cast<std::ptrdiff_t>(end), '\xff');
      }
      // Flash clears bits; only an erased sector takes new ones.
      slot[offset + i] = static_cast<char>(slot[offset + i] & static_cast<char>(data[i]));
    }
    bytes_written += size;
    return true;
  }

  size_t read(uint32_t offset, uint8_t* data, size_t size) override {
    if (offset + size > slot.size()) return 0;
    std::copy_n(slot.begin() + offset, size, data);
    return size;
  }

  bool boot_next() override {
    armed = true;
    return true;
  }
  bool on_trial() override { return trial; }
  bool confirm() override {
    trial = false;
    confirmed = true;
    return true;
  }
  void roll_back() override { rolled_back = true; }

  // What the boot loader does; true when the new image starts.
  bool restart() {
    if (trial) {
      trial = false;
      running_new = false;
    }
    if (armed) {
      armed = false;
      trial = running_new = true;
    }
    rolled_back = false;
    return running_new;
  }

  std::string slot;
  uint32_t most_bytes = 1 << 20;
  uint64_t bytes_written = 0;
  bool refuse_writes = false;
  bool armed = false;
  bool trial = false;
  bool confirmed = false;
  bool rolled_back = false;
  bool running_new = false;
};

}  // namespace meter::test
