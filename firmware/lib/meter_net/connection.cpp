#include "connection.h"

namespace meter {

bool parse_url(std::string_view url, Endpoint& endpoint, std::string_view& target) {
  Endpoint found;
  if (take_prefix(url, "https://")) {
    found.tls = true;
    found.port = 443;
  } else if (take_prefix(url, "http://")) {
    found.port = 80;
  } else {
    return false;
  }
  std::string_view port = first(url, url.find_first_of("/?"));
  target = url;
  target.remove_prefix(port.size());
  const bool has_port = port.find(':') != std::string_view::npos;
  const std::string_view host = take_until(port, ':');
  if (has_port) {
    uint64_t number = 0;
    if (!parse_decimal(port, number) || number == 0 || number > 65535) return false;
    found.port = static_cast<uint16_t>(number);
  }
  if (host.empty() || host.find('@') != std::string_view::npos) return false;
  if (!found.host.assign(host)) return false;
  endpoint = found;
  return true;
}

}  // namespace meter
