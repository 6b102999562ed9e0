#include "http_parser.h"
#include "net_fakes.h"
#include "split.h"

namespace {

std::string parse(std::string_view bytes, size_t slice) {
  meter::HttpParser parser;
  meter::HttpParser::Location location;
  meter::test::BodyText body;
  parser.reset(&location);
  meter::Progress progress = meter::Progress::awaiting;
  size_t total = 0;
  for (size_t at = 0; at < bytes.size() && progress == meter::Progress::awaiting; at += slice) {
    size_t used = 0;
    progress = parser.feed(bytes.substr(at, slice), body, used);
    total += used;
  }
  if (progress == meter::Progress::awaiting) progress = parser.end_of_stream();
  return std::to_string(static_cast<int>(progress)) + " " + std::to_string(parser.status()) + " " +
         std::to_string(total) + " " + std::string(location.view()) + "\n" + body.text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  require_split_invariance(data, size, parse);
  return 0;
}
