// Split invariance, and agreement with nlohmann's reader on what is JSON.
#include <nlohmann/json.hpp>

#include "json_reader.h"
#include "net_fakes.h"
#include "split.h"

namespace {

std::string parse(std::string_view bytes, size_t slice) {
  meter::JsonReader reader;
  meter::test::TokenText tokens;
  for (size_t at = 0; at < bytes.size(); at += slice) {
    if (reader.feed(bytes.substr(at, slice), tokens) == meter::Progress::error) return "error";
  }
  return reader.finish(tokens) == meter::Progress::done ? tokens.text : "error";
}

// Beyond our bounds, or a matter of a double's range: the two may differ.
bool comparable(std::string_view bytes) {
  size_t depth = 0;
  size_t digits = 0;
  bool after_digit = false;
  for (const char c : bytes) {
    depth += c == '[' || c == '{' ? 1 : 0;
    digits = (c >= '0' && c <= '9') || c == '.' || c == '-' ? digits + 1 : 0;
    if (digits > 30) return false;
    if ((c == 'e' || c == 'E') && after_digit) return false;
    after_digit = digits > 0;
  }
  const bool bom = bytes.substr(0, 1) == "\xef";
  return depth <= meter::JsonReader::kMaxDepth && !bom &&
         bytes.find('\0') == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  require_split_invariance(data, size, parse);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (!comparable(bytes)) return 0;
  const bool ours = parse(bytes, size + 1) != "error";
  if (ours != nlohmann::json::accept(bytes)) std::abort();
  return 0;
}
