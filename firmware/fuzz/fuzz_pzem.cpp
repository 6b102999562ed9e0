// Whatever the line carries, a frame is taken only if its checksum holds.
#include <cstdlib>

#include "pzem.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  meter::PzemParser parser;
  meter::PzemEnergy energy;
  meter::PzemValues values;
  uint64_t total_wh = 0;
  for (size_t i = 0; i < size; ++i) {
    if (!parser.feed(data[i], values)) continue;
    if (i + 1 < meter::kPzemFrame) std::abort();
    const uint8_t* frame = data + i + 1 - meter::kPzemFrame;
    const unsigned crc = frame[23] | unsigned{frame[24]} << 8;
    if (crc != meter::modbus_crc(frame, 23)) std::abort();
    const uint32_t wh = energy.advance(values.energy_wh, 1000, 23000);
    if (wh > 23000 / 3600 + 1 + 50) std::abort();
    total_wh += wh;
  }
  return total_wh == UINT64_MAX ? 1 : 0;
}
