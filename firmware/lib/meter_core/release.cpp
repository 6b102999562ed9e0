#include "release.h"

namespace meter {
namespace {

constexpr const char* kFieldNames[] = {
    "lipamita-release ", "board ", "version ", "name ", "size ", "sha256 ", "signature "};
constexpr uint8_t kSignatureField = 6;

bool parse_u32(std::string_view text, uint32_t& value) {
  uint64_t parsed = 0;
  if (!parse_decimal(text, parsed) || parsed == 0 || parsed > UINT32_MAX) return false;
  value = static_cast<uint32_t>(parsed);
  return true;
}

}  // namespace

Progress ManifestReader::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (field_ >= kFields) {
      field_ = kBroken;  // nothing may follow the signature
    } else if (c != '\n') {
      if (!line_.append(c)) field_ = kBroken;
    } else {
      field_ = take_line(line_.view()) ? static_cast<uint8_t>(field_ + 1) : kBroken;
      line_.clear();
    }
    if (field_ == kBroken) return Progress::error;
  }
  if (field_ == kBroken) return Progress::error;
  return field_ == kFields ? Progress::done : Progress::awaiting;
}

bool ManifestReader::take_line(std::string_view line) {
  std::string_view value = line;
  if (!take_prefix(value, kFieldNames[field_])) return false;
  if (field_ == kSignatureField) {
    digest_ = hash_.finish();
    return take_signature(value);
  }
  hash_.update(line);
  hash_.update("\n");
  switch (field_) {
    case 0:
      return same(value, "1");
    case 1:
      return !value.empty() && release_.board.assign(value);
    case 2:
      return parse_u32(value, release_.version);
    case 3:
      return !value.empty() && release_.name.assign(value);
    case 4:
      return parse_u32(value, release_.size_bytes);
    default:
      return parse_hex(value, release_.sha256);
  }
}

bool ManifestReader::take_signature(std::string_view hex) {
  signature_size_ = hex.size() / 2;
  return hex.size() >= 16 && parse_hex(hex, signature_, kMaxSignature);
}

}  // namespace meter
