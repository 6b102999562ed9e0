#include "connection.h"

namespace meter {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

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
  const size_t end = url.find_first_of("/?");
  std::string_view authority = url.substr(0, end);
  target = end == std::string_view::npos ? std::string_view{} : url.substr(end);
  const size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos) {
    uint64_t port = 0;
    if (!parse_decimal(authority.substr(colon + 1), port) || port == 0 || port > 65535) {
      return false;
    }
    found.port = static_cast<uint16_t>(port);
    authority = authority.substr(0, colon);
  }
  if (authority.empty() || authority.find('@') != std::string_view::npos) return false;
  if (!found.host.assign(authority)) return false;
  endpoint = found;
  return true;
}

}  // namespace meter
