// A signed release: what the operator published, for which board, and how its image is proven.
//
//   lipamita-release 1
//   board esp32-c3
//   version 12                   a whole number that only grows
//   name 0.2.0                   what people call it
//   size 912384                  bytes of the image
//   sha256 <64 hex digits>       of the image
//   signature <hex>              ECDSA P-256 (DER) over SHA-256 of every line above
//
// Lines end with one LF, fields come once and in this order; tools/release.py writes it.
#pragma once

#include <cstdint>
#include <string_view>

#include "progress.h"
#include "sha256.h"
#include "text.h"

namespace meter {

struct Release {
  FixedText<16> board;
  FixedText<24> name;
  uint32_t version = 0;
  uint32_t size_bytes = 0;
  Digest sha256{};
};

// Proves that a digest was signed with the operator's release key, whose public half is compiled
// in.
class ISignatureVerifier {
 public:
  // `signature` is ECDSA P-256 in DER. False also when there is no key.
  virtual bool verify(const Digest& digest, const uint8_t* signature, size_t size) = 0;

 protected:
  ~ISignatureVerifier() = default;
};

// Reads a manifest from any slices. `done` says it is well-formed, not that it is genuine.
class ManifestReader {
 public:
  static constexpr size_t kMaxLine = 160;
  static constexpr size_t kMaxSignature = 72;

  void reset() { *this = ManifestReader{}; }
  Progress feed(std::string_view bytes);

  const Release& release() const { return release_; }

  // For hashing the image: the reader's own is not needed once it is done.
  Sha256& spare_hash() { return hash_; }
  bool genuine(ISignatureVerifier& verifier) const {
    return field_ == kFields && verifier.verify(digest_, signature_, signature_size_);
  }

 private:
  static constexpr uint8_t kFields = 7;
  static constexpr uint8_t kBroken = 0xff;

  bool take_line(std::string_view line);
  bool take_signature(std::string_view hex);

  Release release_;
  Sha256 hash_;
  Digest digest_{};
  FixedText<kMaxLine> line_;
  uint8_t signature_[kMaxSignature] = {};
  size_t signature_size_ = 0;
  uint8_t field_ = 0;  // the one expected next
};

}  // namespace meter
