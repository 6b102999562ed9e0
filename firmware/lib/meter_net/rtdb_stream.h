// Realtime Database stream events over SSE: put and patch become leaves, the rest a signal.
#pragma once

#include <string_view>

#include "http_parser.h"
#include "json_reader.h"
#include "leaf_reader.h"
#include "sse_parser.h"

namespace meter {

class IStreamListener : public ILeafListener {
 public:
  // After every complete put or patch. `whole` is false when the event was not understood in full:
  // read the snapshot.
  virtual void on_change(bool whole) = 0;
  virtual void on_keep_alive() = 0;
  // The server ends the stream: the token expired (revoked) or the permission went (cancel).
  virtual void on_cancel(bool revoked) = 0;

 protected:
  ~IStreamListener() = default;
};

class RtdbStream final : public IBodySink, private ISseHandler, private IJsonHandler {
 public:
  explicit RtdbStream(IStreamListener& listener) : listener_(listener), leaves_(listener) {}

  void reset();
  void on_body(std::string_view slice) override { sse_.feed(slice, *this); }

 private:
  enum class Kind { none, change, keep_alive, cancel, auth_revoked };
  enum class Place { outside, path, data, other };

  void on_event(std::string_view name) override;
  void on_data(std::string_view slice) override;
  void on_dispatch() override;
  void begin_event();
  // Of an event once known to be broken nothing more is passed on, wherever its slices end.
  bool forwarding() const { return place_ == Place::data && !broken_; }

  void on_begin(bool array) override;
  void on_end() override;
  void on_key(std::string_view key, bool whole) override;
  void on_string(std::string_view piece, bool last) override;
  void on_number(std::string_view text) override;
  void on_literal(JsonLiteral literal) override;

  IStreamListener& listener_;
  SseParser sse_;
  JsonReader json_;
  LeafReader leaves_;
  Kind kind_ = Kind::none;
  FixedText<192> path_;
  Place place_ = Place::outside;
  int depth_ = 0;
  bool path_known_ = false;
  bool data_seen_ = false;
  bool broken_ = false;
};

}  // namespace meter
