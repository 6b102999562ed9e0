// Answers as they come over a connection: what is their body reads alike in any slices, and so do
// the database events in it.
#include "http_parser.h"
#include "net_fakes.h"
#include "split.h"

namespace {

struct BodyAndEvents final : meter::IBodySink {
  BodyAndEvents() { events.reset(); }
  void on_body(std::string_view slice) override {
    body.on_body(slice);
    events.on_body(slice);
  }

  meter::test::BodyText body;
  meter::test::StreamText seen;
  meter::RtdbStream events{seen};
};

std::string parse(std::string_view bytes, size_t slice) {
  meter::HttpParser parser;
  meter::HttpParser::Location location;
  BodyAndEvents sink;
  parser.reset(&location);
  meter::Progress progress = meter::Progress::awaiting;
  size_t total = 0;
  for (size_t at = 0; at < bytes.size() && progress == meter::Progress::awaiting; at += slice) {
    size_t used = 0;
    progress = parser.feed(bytes.substr(at, slice), sink, used);
    total += used;
  }
  if (progress == meter::Progress::awaiting) progress = parser.end_of_stream();
  return std::to_string(static_cast<int>(progress)) + " " + std::to_string(parser.status()) + " " +
         std::to_string(total) + " " + std::string(location.view()) + "\n" + sink.body.text + "\n" +
         sink.seen.text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  require_split_invariance(data, size, parse);
  return 0;
}
