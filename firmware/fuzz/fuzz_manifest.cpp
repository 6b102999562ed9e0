// Manifests of releases: any slices read alike, and what is understood is within its bounds.
#include <cstdlib>

#include "release.h"
#include "split.h"

namespace {

std::string parse(std::string_view bytes, size_t slice) {
  meter::ManifestReader reader;
  meter::Progress progress = meter::Progress::awaiting;
  for (size_t at = 0; at < bytes.size(); at += slice)
    progress = reader.feed(bytes.substr(at, slice));
  if (progress != meter::Progress::done) return std::to_string(static_cast<int>(progress));
  const meter::Release& release = reader.release();
  if (release.version == 0 || release.size_bytes == 0 || release.board.empty()) std::abort();
  return std::string(release.board.view()) + " " + std::to_string(release.version) + " " +
         std::string(release.name.view()) + " " + std::to_string(release.size_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  require_split_invariance(data, size, parse);
  return 0;
}
