#include "wishes.h"

#include "connection.h"

namespace meter {
namespace {

constexpr size_t kMaxValue = 128;
constexpr size_t kMinPassword = 8;  // WPA2; an open network has none
constexpr size_t kMinMeterId = 3;
using Value = FixedText<kMaxValue>;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool decode(std::string_view encoded, Value& value) {
  value.clear();
  for (size_t i = 0; i < encoded.size(); ++i) {
    char c = encoded[i];
    if (c == '+') c = ' ';
    if (c == '%') {
      if (i + 2 >= encoded.size()) return false;
      const int high = hex_digit(encoded[i + 1]);
      const int low = hex_digit(encoded[i + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    value.append(c);
  }
  return value.whole();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// 3 to 12 capital letters, digits and dashes; small letters become capitals.
bool read_meter_id(std::string_view text, FixedText<12>& meter_id) {
  meter_id.clear();
  for (char c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '-') return false;
    meter_id.append(c);
  }
  const std::string_view id = meter_id.view();
  return meter_id.whole() && id.size() >= kMinMeterId && id.front() != '-' && id.back() != '-';
}

WishProblem take(std::string_view name, const Value& value, Wishes& wishes) {
  const std::string_view text = value.view();
  if (same(name, "ssid")) {
    return !text.empty() && wishes.wifi_ssid.assign(text) ? WishProblem::none : WishProblem::ssid;
  }
  if (same(name, "password")) {
    const bool fits =
        wishes.wifi_password.assign(text) && (text.empty() || (text.size() >= kMinPassword));
    return fits ? WishProblem::none : WishProblem::password;
  }
  if (same(name, "meter_id")) {
    const std::string_view id = trimmed(text);
    const bool good = id.empty() || read_meter_id(id, wishes.meter_id);
    return good ? WishProblem::none : WishProblem::meter_id;
  }
  if (same(name, "code")) {
    const bool good = trimmed(text).empty() || read_typed(text, kCodeCharacters, wishes.code);
    return good ? WishProblem::none : WishProblem::code;
  }
  if (same(name, "server")) {
    Endpoint endpoint;
    std::string_view prefix;
    const std::string_view url = trimmed(text);
    const bool good = url.empty() || (wishes.server.assign(url) &&
                                      parse_url(url, endpoint, prefix) && prefix.size() < 2);
    return good ? WishProblem::none : WishProblem::server;
  }
  return WishProblem::form;
}

}  // namespace

// Once, for everybody who makes one: a constructor of texts is long.
Wishes::Wishes() = default;

WishProblem read_wishes(std::string_view form, Wishes& wishes) {
  wishes = Wishes{};
  Value value;
  while (!form.empty()) {
    const std::string_view pair = take_until(form, '&');
    std::string_view encoded = pair;
    const std::string_view name = take_until(encoded, '=');
    if (name.size() == pair.size() || !decode(encoded, value)) return WishProblem::form;
    const WishProblem problem = take(name, value, wishes);
    if (problem != WishProblem::none) return problem;
  }
  if (wishes.wifi_ssid.empty()) return WishProblem::ssid;
  if (!wishes.code.empty() && wishes.meter_id.empty()) return WishProblem::meter_id;
  return WishProblem::none;
}

}  // namespace meter
