// Writes one JSON object into a caller's buffer; too little room is remembered, never overrun.
#pragma once

#include <string_view>

#include "text.h"

namespace meter {

// Keys and raw JSON end with a zero.
class JsonObject {
 public:
  explicit JsonObject(Text& out);

  JsonObject& text(const char* key, std::string_view value);
  JsonObject& text(const char* key, const char* value);
  JsonObject& number(const char* key, int64_t value);
  JsonObject& boolean(const char* key, bool value);
  // The server's clock at the time of the write.
  JsonObject& server_time(const char* key);
  JsonObject& raw(const char* key, const char* json);

  // False when it did not fit; the buffer then holds no valid object.
  bool end() { return out_.append('}'); }

 private:
  void put_key(const char* key);
  void put_string(std::string_view value);

  Text& out_;
};

}  // namespace meter
