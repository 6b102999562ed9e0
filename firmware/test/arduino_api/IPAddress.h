#pragma once

#include <cstdint>

class IPAddress {
 public:
  IPAddress() = default;
};
