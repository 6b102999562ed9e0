#include "json_writer.h"

namespace meter {

JsonObject::JsonObject(Text& out) : out_(out) { out_.assign("{"); }

JsonObject& JsonObject::text(const char* key, std::string_view value) {
  put_key(key);
  put_string(value);
  return *this;
}

JsonObject& JsonObject::text(const char* key, const char* value) {
  return text(key, std::string_view(value));
}

JsonObject& JsonObject::number(const char* key, int64_t value) {
  put_key(key);
  out_.append(Decimal::of_signed(value).view());
  return *this;
}

JsonObject& JsonObject::boolean(const char* key, bool value) {
  return raw(key, value ? "true" : "false");
}

JsonObject& JsonObject::server_time(const char* key) { return raw(key, "{\".sv\":\"timestamp\"}"); }

JsonObject& JsonObject::raw(const char* key, const char* json) {
  put_key(key);
  out_.append(json);
  return *this;
}

void JsonObject::put_key(const char* key) {
  if (out_.size() > 1) out_.append(',');
  put_string(key);
  out_.append(':');
}

void JsonObject::put_string(std::string_view value) {
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

}  // namespace meter
