// The surroundings of a board that is being set up: a network, chance, and a server that grants
// claims as the functions do.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "fake_cloud.h"
#include "provisioning.h"

namespace meter::test {

constexpr char kCode[] = "7ZK4M0PXQW3ER9TVB6N5";
constexpr char kOtherCode[] = "00000000000000000000";
constexpr char kLabelSecret[] = "7ZK4M0PXQW3ER9T7";
constexpr char kServer[] = "https://estate.example";

class FakeNetwork final : public INetwork {
 public:
  void join(std::string_view name, std::string_view word) override {
    ssid = name;
    password = word;
    ++joins;
  }
  State state() override {
    return joins > 0 && there && password == right_password ? State::up : State::down;
  }

  std::string ssid;
  std::string password;
  std::string right_password = "a good password";
  bool there = true;
  int joins = 0;
};

class FakeChance final : public IChance {
 public:
  void fill(uint8_t* bytes, size_t size) override {
    for (size_t i = 0; i < size; ++i) bytes[i] = ++next;
  }
  uint8_t next = 0;
};

// POST /claim and /claim/complete.
class FakeClaims {
 public:
  std::string operator()(const Request& request) {
    ++asked;
    if (outage > 0) {
      --outage;
      return reply(503, R"({"error":{"code":"busy","message":"later"}})");
    }
    const nlohmann::json body = nlohmann::json::parse(request.body);
    nonces.insert(body["nonce"].get<std::string>());
    if (request.path == "/claim/complete") return complete(body);
    return claim(body);
  }

  static std::string reply(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n" +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  static std::string hmac(const std::string& key, const std::string& message) {
    HmacSha256 mac(reinterpret_cast<const uint8_t*>(key.data()), key.size());
    mac.update(message);
    const Digest digest = mac.finish();
    return {digest.begin(), digest.end()};
  }

  static std::string hex(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
      char two[3];
      std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(c));
      text += two;
    }
    return text;
  }

  std::string code = kCode;
  std::string taken_by;  // nonce
  bool completed = false;
  int asked = 0;
  int granted = 0;
  int outage = 0;
  bool spoil_totals = false;
  std::set<std::string> nonces;

 private:
  std::string claim(const nlohmann::json& body) {
    const std::string nonce = body["nonce"];
    const std::string message = "claim|MTR-001|" + code + "|A0B1C2D3E4F5|" + nonce;
    const std::string proof = hex(hmac(hmac(kLabelSecret, "claim-proof"), message));
    if (completed || body["code"] != code || body["proof"] != proof) {
      return reply(403, R"({"error":{"code":"claim_refused","message":"no"}})");
    }
    if (!taken_by.empty() && taken_by != nonce) {
      return reply(409, R"({"error":{"code":"claim_used","message":"no"}})");
    }
    taken_by = nonce;
    ++granted;
    const std::string key(32, 'k');
    const std::string mac = hex(hmac(key, "totals|MTR-001|" + nonce + "|20000|500|1234|7"));
    return reply(200, nlohmann::json{{"meter_id", "MTR-001"},
                                     {"email", "device-mtr-001@meters.invalid"},
                                     {"password", "p" + nonce},
                                     {"device_key", hex(key)},
                                     {"database_url", "https://db.example"},
                                     {"database_namespace", ""},
                                     {"auth_url", ""},
                                     {"api_key", "web-api-key"},
                                     {"totals",
                                      {{"credited_total_wh", spoil_totals ? 99999 : 20000},
                                       {"withdrawn_total_wh", 500},
                                       {"consumed_total_wh", 1234},
                                       {"sequence", 7},
                                       {"mac", mac}}}}
                          .dump());
  }

  std::string complete(const nlohmann::json& body) {
    const std::string proof = hex(hmac(std::string(32, 'k'), "claimed|MTR-001|" + taken_by));
    if (taken_by.empty() || body["nonce"] != taken_by || body["proof"] != proof) {
      return reply(403, R"({"error":{"code":"claim_refused","message":"no"}})");
    }
    completed = true;
    return reply(200, R"({"completed":true})");
  }
};

// A board on a bench: everything but the state machine outlives a power cut.
struct Bench {
  Bench() : cloud(clock) {
    label.hardware_id.assign("A0B1C2D3E4F5");
    label.secret.assign(kLabelSecret);
    cloud.answer = [this](const Request& request) { return claims(request); };
  }

  // Powers the board on.
  void start() {
    network.joins = 0;
    connection = std::make_unique<FakeConnection>(cloud);
    Provisioning::Options options;
    options.server = kServer;
    board = std::make_unique<Provisioning>(
        label, options, Provisioning::Ports{storage, clock, network, *connection, chance, log});
    board->begin();
  }

  void run(uint64_t for_ms) {
    for (const uint64_t end = clock.now_ms + for_ms; clock.now_ms < end; clock.now_ms += 50) {
      board->poll();
    }
  }

  WishProblem tell(const std::string& form) {
    Wishes wishes;
    const WishProblem problem = read_wishes(form, wishes);
    return problem == WishProblem::none ? board->accept(wishes) : problem;
  }

  static std::string form(const std::string& code = kCode) {
    return "ssid=House&password=a+good+password&meter_id=mtr-001&code=" + code;
  }

  FakeClock clock;
  FakeCloud cloud;
  FakeClaims claims;
  FakeStorage storage;
  FakeNetwork network;
  FakeChance chance;
  FakeLog log;
  Label label;
  std::unique_ptr<FakeConnection> connection;
  std::unique_ptr<Provisioning> board;
};

}  // namespace meter::test
