// Secrets that people type: Crockford's base 32 with a Luhn check character at the end. Dashes,
// spaces and case do not matter, I and L are 1, O is 0. Told from the typing alone, so that a slip
// of the finger costs no try at the server.
#pragma once

#include <cstddef>
#include <string_view>

#include "text.h"

namespace meter {

constexpr size_t kCodeCharacters = 20;         // of a claim code
constexpr size_t kLabelSecretCharacters = 16;  // of a label's secret
using TypedSecret = FixedText<kCodeCharacters>;

// The secret as it was drawn; false, and `secret` empty, when it was mistyped.
bool read_typed(std::string_view text, size_t characters, TypedSecret& secret);

}  // namespace meter
