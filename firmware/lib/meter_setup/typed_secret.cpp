#include "typed_secret.h"

namespace meter {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kBase = 32;
constexpr size_t kWrong = kAlphabet.size();

size_t value_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  if (c == 'I' || c == 'L') c = '1';
  if (c == 'O') c = '0';
  const size_t found = kAlphabet.find(c);
  return found == std::string_view::npos ? kWrong : found;
}

}  // namespace

bool read_typed(std::string_view text, size_t characters, TypedSecret& secret) {
  secret.clear();
  size_t total = 0;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    const size_t value = value_of(c);
    if (value == kWrong || secret.size() == characters) {
      secret.clear();
      return false;
    }
    // Counted from the right the check character is even, so that every second one is doubled.
    const bool doubled = (characters - secret.size()) % 2 == 0;
    total += doubled ? value * 2 / kBase + value * 2 % kBase : value;
    secret.append(kAlphabet[value]);
  }
  if (secret.size() == characters && total % kBase == 0) return true;
  secret.clear();
  return false;
}

}  // namespace meter
