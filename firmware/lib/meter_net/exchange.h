// One HTTP request and its answer, over a connection that is kept alive between requests.
//
// A kept connection may have died in silence: a request that got no byte back is repeated once on a
// fresh one, so only requests that may be repeated belong here. Redirects are followed, never from
// TLS to plain text.
#pragma once

#include <cstdint>
#include <string_view>

#include "connection.h"
#include "http_parser.h"
#include "json_reader.h"
#include "ports.h"

namespace meter {

enum class Method { get, put, patch, post };

// Composed by the caller before start(); one instance serves the whole device, one request at a
// time.
struct RequestText {
  HttpParser::Location target;  // path and query; a redirect replaces it
  static constexpr size_t kMaxBody = 1280;
  FixedText<kMaxBody> body;
};

// A part of a resource, asked for with "Range".
struct Range {
  uint32_t from = 0;
  uint32_t bytes = 0;  // 0: the whole, without the header
};

struct NetLimits {
  uint32_t connect_ms = 10000;
  uint32_t response_ms = 15000;
};

// The text of a refusal: {"error":"Permission denied"} of the database, {"error":{"message":"..."}}
// of sign-in.
class ErrorText final : public IJsonHandler {
 public:
  void begin();
  std::string_view view() const { return text_.view(); }

  void on_begin(bool) override;
  void on_end() override;
  void on_key(std::string_view key, bool whole) override;
  void on_string(std::string_view piece, bool last) override;
  void on_number(std::string_view) override {}
  void on_literal(JsonLiteral) override {}

 private:
  FixedText<96> text_;
  int depth_ = 0;
  bool in_error_ = false;
  bool wanted_ = false;
};

class Exchange final : private IBodySink {
 public:
  static constexpr int kMaxRedirects = 5;

  Exchange(IConnection& connection, IClock& clock, RequestText& text, const NetLimits& limits)
      : connection_(connection), clock_(clock), text_(text), limits_(limits) {}

  // `body` receives the JSON of a 2xx answer. `form` marks a url-encoded body instead of JSON.
  void start(Method method, const Endpoint& endpoint, IJsonHandler& body, bool form = false);

  // GET of anything that is not JSON: `body` receives the bytes of a 2xx answer from `range.from`
  // on, also from a server that answers with the whole.
  void download(const Endpoint& endpoint, const Range& range, IBodySink& body);

  // done: an answer came, see status(); error: none came, the connection is closed.
  Progress poll();

  int status() const { return parser_.status(); }
  bool succeeded() const { return status() >= 200 && status() <= 299 && body_whole_; }
  std::string_view error_text() const { return error_.view(); }  // member "error" of the answer
  void close();

 private:
  enum class State { idle, opening, answering };

  void begin(Method method, const Endpoint& endpoint);
  void connect();
  void send();
  void take_raw(std::string_view slice);
  Progress receive();
  Progress finish();
  Progress follow();
  Progress fail();
  void on_body(std::string_view slice) override;
  IJsonHandler& answer_reader();

  IConnection& connection_;
  IClock& clock_;
  RequestText& text_;
  const NetLimits& limits_;
  HttpParser parser_;
  JsonReader json_;
  ErrorText error_;
  IJsonHandler* body_ = nullptr;
  IBodySink* raw_ = nullptr;  // instead of body_
  Range range_;
  uint32_t skip_ = 0;  // of a whole answer to a range
  Endpoint endpoint_;
  Method method_ = Method::get;
  State state_ = State::idle;
  uint64_t deadline_ms_ = 0;
  int redirects_ = 0;
  bool form_ = false;
  bool reused_ = false;    // the connection served an earlier request
  bool answered_ = false;  // at least one byte came back
  bool body_whole_ = false;
};

// Request line and headers up to the body, as parts for IConnection::write().
struct RequestHead {
  static constexpr size_t kMaxParts = 16;

  std::string_view parts[kMaxParts];
  size_t count = 0;
  Decimal length = Decimal::of(0);
  Decimal last = Decimal::of(0);

  void compose(Method method, const Endpoint& endpoint, const RequestText& text,
               const char* extra_headers, bool with_body);
  void compose_range(const Endpoint& endpoint, const RequestText& text, const Range& range);

 private:
  void add(std::string_view part);
  void add(const char* part);
  void add_target(Method method, const Endpoint& endpoint, const RequestText& text);
};

}  // namespace meter
