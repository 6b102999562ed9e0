// Writes one JSON object into a caller's buffer; too little room is remembered, never overrun.
#pragma once

#include <string_view>

#include "text.h"

namespace meter {

template <size_t Capacity>
class JsonObject {
 public:
  explicit JsonObject(FixedText<Capacity>& out) : out_(out) {
    out_.clear();
    out_.append('{');
  }

  JsonObject& text(std::string_view key, std::string_view value) {
    put_key(key);
    put_string(value);
    return *this;
  }

  JsonObject& number(std::string_view key, int64_t value) {
    return raw(key, Decimal::of_signed(value).view());
  }

  JsonObject& boolean(std::string_view key, bool value) {
    return raw(key, value ? "true" : "false");
  }

  // The server's clock at the time of the write.
  JsonObject& server_time(std::string_view key) { return raw(key, "{\".sv\":\"timestamp\"}"); }

  JsonObject& raw(std::string_view key, std::string_view json) {
    put_key(key);
    out_.append(json);
    return *this;
  }

  // False when it did not fit; the buffer then holds no valid object.
  bool end() { return out_.append('}'); }

 private:
  void put_key(std::string_view key) {
    if (!first_) out_.append(',');
    first_ = false;
    put_string(key);
    out_.append(':');
  }

  void put_string(std::string_view value) {
    constexpr char kHex[] = "0123456789abcdef";
    out_.append('"');
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20) {
        out_.append("\\u00");
        out_.append(kHex[byte >> 4]);
        out_.append(kHex[byte & 15]);
        continue;
      }
      if (c == '"' || c == '\\') out_.append('\\');
      out_.append(c);
    }
    out_.append('"');
  }

  FixedText<Capacity>& out_;
  bool first_ = true;
};

}  // namespace meter
