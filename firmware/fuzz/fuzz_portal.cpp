// Requests to the portal, through to the wishes in their form: any slices read alike, and what is
// taken is within its bounds.
#include <cstdlib>

#include "portal_request.h"
#include "split.h"
#include "wishes.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string fields(const meter::PortalRequest& request) {
  meter::Wishes wishes;
  const meter::WishProblem problem = meter::read_wishes(request.body(), wishes);
  if (problem != meter::WishProblem::none) return std::to_string(static_cast<int>(problem));
  require(!wishes.wifi_ssid.empty());
  require(wishes.wifi_password.empty() || wishes.wifi_password.size() >= 8);
  require(wishes.code.empty() || !wishes.meter_id.empty());
  for (const char c : wishes.meter_id.view()) {
    require((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-');
  }
  return std::string(wishes.wifi_ssid.view()) + " " + std::string(wishes.meter_id.view()) + " " +
         std::string(wishes.server.view());
}

std::string parse(std::string_view bytes, size_t slice) {
  meter::PortalRequest request;
  meter::Progress progress = meter::Progress::awaiting;
  for (size_t at = 0; at < bytes.size() && progress == meter::Progress::awaiting; at += slice) {
    progress = request.feed(bytes.substr(at, slice));
  }
  const std::string outcome =
      std::to_string(static_cast<int>(progress)) + " " + std::to_string(request.status());
  require((progress == meter::Progress::error) == (request.status() != 200));
  if (progress != meter::Progress::done) return outcome;
  require(!request.path().empty() && request.path().front() == '/');
  require(request.body().size() <= meter::PortalRequest::kMaxBody);
  return outcome + (request.post() ? " post " : " get ") + std::string(request.path()) + " " +
         std::string(request.host()) + " " + fields(request);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  require_split_invariance(data, size, parse);
  return 0;
}
