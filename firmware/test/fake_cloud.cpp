#include "fake_cloud.h"

#include <algorithm>
#include <sstream>

#include "command.h"
#include "recharge.h"

namespace meter::test {

using nlohmann::json;

namespace {

std::string hex(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

json::json_pointer pointer(const std::string& path) {
  return path.empty() || path == "/" ? json::json_pointer() : json::json_pointer(path);
}

// Objects all the way, also below numeric keys such as hours.
void write_at(json& tree, const std::string& path, const json& value) {
  json* at = &tree;
  std::istringstream segments(path);
  std::string segment;
  while (std::getline(segments, segment, '/')) {
    if (!segment.empty()) at = &(*at)[segment];
  }
  *at = value;
}

json read_at(const json& tree, const std::string& path) {
  const auto at = pointer(path);
  return tree.contains(at) ? tree.at(at) : json();
}

}  // namespace

void FakeConnection::open(const Endpoint& endpoint) {
  close();
  host = endpoint.host.view();
  open_now = !cloud_.refuse_connections;
  if (open_now) cloud_.connections.push_back(this);
}

LinkState FakeConnection::state() {
  if (open_now && closed_by_server && to_device.empty()) close();
  return open_now ? LinkState::open : LinkState::closed;
}

bool FakeConnection::write(const std::string_view* parts, size_t count) {
  if (state() != LinkState::open) return false;
  for (size_t i = 0; i < count; ++i) {
    from_device += parts[i];
    bytes_up += parts[i].size();
  }
  cloud_.receive(*this);
  return true;
}

size_t FakeConnection::read(char* data, size_t capacity) {
  const size_t count = std::min({to_device.size(), capacity, cloud_.slice});
  std::memcpy(data, to_device.data(), count);
  to_device.erase(0, count);
  bytes_down += count;
  if (count == 0 && closed_by_server) close();
  return count;
}

void FakeConnection::close() {
  auto& all = cloud_.connections;
  all.erase(std::remove(all.begin(), all.end(), this), all.end());
  from_device.clear();
  to_device.clear();
  open_now = closed_by_server = streaming = false;
}

void FakeCloud::sell(const std::string& transaction_id, uint64_t energy_wh) {
  sold_wh += energy_wh;
  ++sequence;
  RechargeEntry signed_entry;
  signed_entry.transaction_id.assign(transaction_id);
  signed_entry.sequence = sequence;
  signed_entry.energy_wh = energy_wh;
  signed_entry.credited_total_wh = sold_wh;
  put_entry(transaction_id, {{"amount", 50},
                             {"created_at", 1795250000000},
                             {"credited_total_wh", sold_wh},
                             {"energy_wh", energy_wh},
                             {"mac", hex(recharge_mac(test_key(), "MTR-001", signed_entry))},
                             {"processed", false},
                             {"sequence", sequence}});
}

void FakeCloud::put_entry(const std::string& transaction_id, const json& entry) {
  meter()["pending_recharge"][transaction_id] = entry;
  put_event("/pending_recharge/" + transaction_id, entry);
}

void FakeCloud::command(const std::string& id, const std::string& kind,
                        const std::string& arguments, uint32_t command_sequence) {
  Command signed_command;
  signed_command.command_id.assign(id);
  signed_command.kind.assign(kind);
  signed_command.arguments.assign(arguments);
  signed_command.sequence = command_sequence;
  const json command = {{"kind", kind},
                        {"arguments", arguments},
                        {"sequence", command_sequence},
                        {"created_at", 1795250000000},
                        {"mac", hex(command_mac(test_key(), "MTR-001", signed_command))}};
  meter()["commands"][id] = command;
  put_event("/commands/" + id, command);
}

void FakeCloud::withdraw_entry(const std::string& transaction_id) {
  meter()["pending_recharge"].erase(transaction_id);
  put_event("/pending_recharge/" + transaction_id, nullptr);
}

void FakeCloud::put_event(const std::string& path, const json& data) {
  stream_event("put", "{\"path\":\"" + path + "\",\"data\":" + data.dump() + "}");
}

void FakeCloud::stream_event(const std::string& name, const std::string& data) {
  const std::string event = "event: " + name + "\ndata: " + data + "\n\n";
  for (FakeConnection* connection : connections) {
    if (!connection->streaming) continue;
    if (chunked) {
      std::ostringstream size;
      size << std::hex << event.size();
      connection->deliver(size.str() + "\r\n" + event + "\r\n");
    } else {
      connection->deliver(event);
    }
  }
}

size_t FakeCloud::count(const std::string& method, const std::string& path) const {
  size_t n = 0;
  for (const Request& request : requests) {
    n += request.method == method && request.path == path ? 1 : 0;
  }
  return n;
}

void FakeCloud::receive(FakeConnection& connection) {
  if (!lazy) answer_all(connection);
}

void FakeCloud::pump() {
  const std::vector<FakeConnection*> open = connections;
  for (FakeConnection* connection : open) answer_all(*connection);
}

void FakeCloud::answer_all(FakeConnection& connection) {
  Request request;
  while (take_request(connection, request)) {
    requests.push_back(request);
    if (drop_request && drop_request(request)) return connection.reset();
    const std::string response = respond(connection, request);
    if (drop_response && drop_response(request)) return connection.reset();
    connection.deliver(response);
  }
}

bool FakeCloud::take_request(FakeConnection& connection, Request& request) {
  std::string& bytes = connection.from_device;
  const size_t head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string::npos) return false;
  std::istringstream head(bytes.substr(0, head_end));
  std::string line;
  std::getline(head, line);
  request = Request{};
  const size_t first = line.find(' ');
  const size_t second = line.find(' ', first + 1);
  request.method = line.substr(0, first);
  std::string target = line.substr(first + 1, second - first - 1);
  const size_t mark = target.find('?');
  std::istringstream query(mark == std::string::npos ? "" : target.substr(mark + 1));
  request.path = target.substr(0, mark);
  if (request.path.size() > 5 && request.path.substr(request.path.size() - 5) == ".json") {
    request.path.resize(request.path.size() - 5);
  }
  while (std::getline(query, line, '&')) {
    request.query[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
  }
  while (std::getline(head, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    request.headers[line.substr(0, line.find(':'))] = line.substr(line.find(':') + 2);
  }
  const size_t length = std::stoul("0" + request.headers["Content-Length"]);
  if (bytes.size() < head_end + 4 + length) return false;
  request.body = bytes.substr(head_end + 4, length);
  bytes.erase(0, head_end + 4 + length);
  return true;
}

std::string FakeCloud::respond(FakeConnection& connection, const Request& request) {
  if (answer) {
    const std::string instead = answer(request);
    if (!instead.empty()) return instead;
  }
  if (request.path == "/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword") {
    const json body = json::parse(request.body);
    if (body["password"] != "meter-001-password") {
      return reply(400, R"({"error":{"code":400,"message":"INVALID_PASSWORD"}})");
    }
    return reply(
        200, json{{"idToken", token()}, {"refreshToken", "refresh"}, {"expiresIn", "3600"}}.dump());
  }
  if (request.path == "/securetoken.googleapis.com/v1/token") {
    return reply(
        200,
        json{{"id_token", token()}, {"refresh_token", "refresh"}, {"expires_in", "3600"}}.dump());
  }
  const auto auth = request.query.find("auth");
  if (auth == request.query.end() || auth->second != token() || !tokens_valid) {
    return reply(401, R"({"error":"Auth token is expired"})");
  }
  return database_answer(connection, request);
}

std::string FakeCloud::database_answer(FakeConnection& connection, const Request& request) {
  if (request.method == "GET") {
    const json value = read_at(database, request.path);
    const auto accept = request.headers.find("Accept");
    if (accept == request.headers.end()) return reply(200, value.dump());
    connection.streaming = true;
    ++streams_opened;
    std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
    if (chunked) head += "Transfer-Encoding: chunked\r\n";
    connection.deliver(head + "\r\n");
    stream_event("put", "{\"path\":\"/\",\"data\":" + value.dump() + "}");
    return "";
  }
  const json body = json::parse(request.body);
  if (request.method == "PUT") {
    const json before = read_at(database, request.path);
    if (before.is_number() && body < before) return reply(401, R"({"error":"Permission denied"})");
    write_at(database, request.path, body);
    return reply(204, "");
  }
  if (!patch(request.path, body)) return reply(401, R"({"error":"Permission denied"})");
  return reply(204, "");
}

// The parts of the security rules that the device's behaviour depends on.
bool FakeCloud::patch(const std::string& path, const json& update) {
  json after = database;
  for (const auto& [key, value] : update.items()) {
    const json resolved =
        value.is_object() ? json(FakeClock::kStart + static_cast<int64_t>(clock_.now_ms)) : value;
    write_at(after, path + "/" + key, resolved);
  }
  json old_meter = read_at(database, path);
  if (old_meter.is_null()) old_meter = json::object();
  const json new_meter = read_at(after, path);
  for (const char* total :
       {"credited_total", "withdrawn_total", "energy_consumed_total", "sequence"}) {
    if (new_meter.value(total, uint64_t{0}) < old_meter.value(total, uint64_t{0})) return false;
  }
  if (new_meter.value("credited_total", uint64_t{0}) > sold_wh) return false;
  json echo = json::object();
  for (const auto& [key, value] : update.items()) {
    echo[key] = read_at(after, path + "/" + key);
    const std::string start = "pending_recharge/";
    if (key.substr(0, start.size()) != start) continue;
    const std::string id = key.substr(start.size(), key.rfind('/') - start.size());
    const json entry = read_at(old_meter, "/pending_recharge/" + id);
    if (!entry.is_object() || entry.value("processed", true)) return false;
    if (entry["sequence"] > new_meter.value("sequence", uint64_t{0})) return false;
  }
  database = after;
  stream_event("patch", "{\"path\":\"/\",\"data\":" + echo.dump() + "}");
  return true;
}

std::string FakeCloud::token() const {
  std::string text = "token-" + std::to_string(token_generation);
  if (text.size() < token_bytes) text.append(token_bytes - text.size(), 'x');
  return text;
}

std::string FakeCloud::reply(int status, const std::string& body) const {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " X\r\n";
  if (status == 204) return head + "\r\n";
  if (!chunked) return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  std::ostringstream size;
  size << std::hex << body.size();
  return head + "Transfer-Encoding: chunked\r\n\r\n" + size.str() + "\r\n" + body + "\r\n0\r\n\r\n";
}

}  // namespace meter::test
