// The public half of the operator's release key, as DER (SubjectPublicKeyInfo, P-256).
// `python -m tools.release key` writes this file. Empty: this board takes no updates.
#pragma once

#include <cstddef>
#include <cstdint>

constexpr uint8_t kReleaseKey[] = {0};
constexpr size_t kReleaseKeyBytes = 0;
