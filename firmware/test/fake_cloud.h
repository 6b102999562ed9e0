// A small cloud in memory for whole-App tests: sign-in and the Realtime Database calls of the
// device, with the faults a network has. Shares no code with the core.
#pragma once

#include <deque>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "connection.h"
#include "fakes.h"

namespace meter::test {

class FakeCloud;

class FakeConnection final : public IConnection {
 public:
  explicit FakeConnection(FakeCloud& cloud) : cloud_(cloud) {}

  void open(const Endpoint& endpoint) override;
  LinkState state() override;
  bool write(const std::string_view* parts, size_t count) override;
  size_t read(char* data, size_t capacity) override;
  void close() override;

  // What the server does to this connection.
  void deliver(const std::string& bytes) { to_device += bytes; }
  void reset() { closed_by_server = true; }

  std::string host;
  std::string from_device;
  std::string to_device;
  bool open_now = false;
  bool closed_by_server = false;
  bool streaming = false;
  uint64_t bytes_up = 0;
  uint64_t bytes_down = 0;

 private:
  FakeCloud& cloud_;
};

struct Request {
  std::string method;
  std::string path;  // without ".json"
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;
  std::string body;
};

class FakeCloud {
 public:
  explicit FakeCloud(FakeClock& clock) : clock_(clock) {}

  // Sells a recharge as the functions do: registers first, then the signed entry.
  void sell(const std::string& transaction_id, uint64_t energy_wh);
  void put_entry(const std::string& transaction_id, const nlohmann::json& entry);
  void command(const std::string& id, const std::string& kind, const std::string& arguments,
               uint32_t command_sequence);
  void withdraw_entry(const std::string& transaction_id);
  nlohmann::json& meter() { return database["meters"]["MTR-001"]; }
  const nlohmann::json& entry(const std::string& id) { return meter()["pending_recharge"][id]; }

  // Sends one event to every open stream.
  void stream_event(const std::string& name, const std::string& data);
  void put_event(const std::string& path, const nlohmann::json& data);

  void receive(FakeConnection& connection);

  // With `lazy` requests wait for pump(), so that the server does not work on the device's stack.
  bool lazy = false;
  void pump();

  nlohmann::json database = nlohmann::json::object();
  uint64_t sold_wh = 0;
  uint32_t sequence = 0;

  // Faults. Each is asked per request and says whether it happens.
  std::function<bool(const Request&)> drop_request;   // lost before it arrived
  std::function<bool(const Request&)> drop_response;  // carried out, but the answer is lost
  std::function<std::string(const Request&)> answer;  // another answer instead; empty: none
  bool refuse_connections = false;
  bool chunked = false;
  size_t slice = SIZE_MAX;  // most bytes per read
  int token_generation = 1;
  bool tokens_valid = true;
  size_t token_bytes = 0;  // tokens are made at least this long

  size_t streams_opened = 0;
  std::vector<Request> requests;
  size_t count(const std::string& method, const std::string& path) const;
  std::vector<FakeConnection*> connections;

 private:
  void answer_all(FakeConnection& connection);
  bool take_request(FakeConnection& connection, Request& request);
  std::string respond(FakeConnection& connection, const Request& request);
  std::string database_answer(FakeConnection& connection, const Request& request);
  bool patch(const std::string& path, const nlohmann::json& update);
  std::string token() const;
  std::string reply(int status, const std::string& body) const;

  FakeClock& clock_;
};

}  // namespace meter::test
