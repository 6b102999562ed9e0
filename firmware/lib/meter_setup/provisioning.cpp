#include "provisioning.h"

namespace meter {
namespace {

constexpr uint32_t kBackoffFirstMs = 1000;
constexpr uint32_t kBackoffMostMs = 30000;
constexpr uint32_t kRestMs = 60000;  // then a claim that was kept is tried again
constexpr size_t kNonceBytes = 16;

}  // namespace

Provisioning::Provisioning(const Label& label, const Options& options, const Ports& ports)
    : label_(label),
      options_(options),
      ports_(ports),
      store_(ports.storage),
      exchange_(ports.connection, ports.clock, text_, options_.limits),
      backoff_(kBackoffFirstMs, kBackoffMostMs, options.random_seed) {}

bool Provisioning::begin() {
  store_.load(setup_);
  phase_ = setup_.state == SetupState::ready ? Phase::ready : Phase::idle;
  if (setup_.state == SetupState::claiming || setup_.state == SetupState::claimed) join();
  return ready();
}

WishProblem Provisioning::accept(const Wishes& wishes) {
  if (phase_ == Phase::completing) return WishProblem::none;  // it is nearly done
  if (wishes.code.empty()) {
    const bool mine =
        wishes.meter_id.empty() || wishes.meter_id.view() == setup_.wishes.meter_id.view();
    if (!ready() || !mine) return ready() ? WishProblem::meter_id : WishProblem::code;
    network_only_ = wishes;
    moving_ = true;
    join();
    return WishProblem::none;
  }
  if (ready()) return WishProblem::provisioned;
  Wishes wanted = wishes;
  if (wanted.server.empty()) wanted.server.assign(options_.server);
  Endpoint endpoint;
  std::string_view prefix;
  if (!parse_url(wanted.server.view(), endpoint, prefix) ||
      (!endpoint.tls && !options_.plain_http)) {
    return WishProblem::server;
  }
  const bool again = setup_.state == SetupState::claiming &&
                     setup_.wishes.code.view() == wanted.code.view() &&
                     setup_.wishes.meter_id.view() == wanted.meter_id.view();
  exchange_.close();
  asking_ = false;
  moving_ = false;
  setup_.wishes = wanted;
  setup_.state = SetupState::claiming;
  if (!again) draw_nonce();
  if (!keep()) {
    give_up("not_stored");
    return WishProblem::none;
  }
  join();
  return WishProblem::none;
}

void Provisioning::poll() {
  const uint64_t now = ports_.clock.monotonic_ms();
  if (phase_ == Phase::joining) {
    if (ports_.network.state() == INetwork::State::up) return joined();
    if (now < join_until_ms_) return;
    if (setup_.state == SetupState::claimed) return completed();  // it has all it needs
    return give_up("wifi_failed");
  }
  if (phase_ == Phase::idle && setup_.state == SetupState::claiming && now >= retry_at_ms_) join();
  if (phase_ != Phase::claiming && phase_ != Phase::completing) return;
  if (!asking_) {
    if (now >= retry_at_ms_) send();
    return;
  }
  const Progress progress = exchange_.poll();
  if (progress == Progress::awaiting) return;
  asking_ = false;
  if (progress == Progress::error) return try_again("no_answer");
  answered();
}

bool Provisioning::forget() {
  exchange_.close();
  asking_ = false;
  phase_ = Phase::idle;
  setup_ = Setup{};
  const bool forgotten = store_.forget();
  ports_.log.event(Event("setup").text("state", forgotten ? "forgotten" : "not_stored"));
  return forgotten;
}

void Provisioning::join() {
  const Wishes& wishes = moving_ ? network_only_ : setup_.wishes;
  phase_ = Phase::joining;
  problem_ = {};
  tries_ = 0;
  retry_at_ms_ = 0;
  backoff_.succeeded();
  join_until_ms_ = ports_.clock.monotonic_ms() + options_.join_ms;
  ports_.network.join(wishes.wifi_ssid.view(), wishes.wifi_password.view());
  ports_.log.event(Event("setup").text("state", "joining"));
}

void Provisioning::joined() {
  if (!moving_) {
    phase_ = setup_.state == SetupState::claimed ? Phase::completing : Phase::claiming;
    ports_.log.event(Event("setup").text("state", name_of(phase_)));
    return;
  }
  moving_ = false;
  setup_.wishes.wifi_ssid = network_only_.wifi_ssid;
  setup_.wishes.wifi_password = network_only_.wifi_password;
  if (!keep()) return give_up("not_stored");
  phase_ = Phase::ready;
  ports_.log.event(Event("setup").text("state", "moved"));
}

void Provisioning::send() {
  Endpoint endpoint;
  const bool claiming = phase_ == Phase::claiming;
  const bool composed = claiming ? compose_claim(setup_, label_, text_, endpoint)
                                 : compose_completion(setup_, text_, endpoint);
  if (!composed) return give_up("server");
  asking_ = true;
  exchange_.start(Method::post, endpoint, answer_.reader());
}

void Provisioning::answered() {
  const int status = exchange_.status();
  exchange_.close();
  if (exchange_.succeeded()) return phase_ == Phase::claiming ? granted() : completed();
  // A network that answers everything itself, or a server in trouble: not a word about the claim.
  const bool spoken = status == 400 || status == 403 || status == 409;
  if (!spoken) return try_again(status == 429 ? "too_many_tries" : "no_server");
  if (phase_ == Phase::completing) return completed();  // it was completed, or a newer claim stands
  refused(status == 409 ? "code_used" : "code_refused");
}

void Provisioning::granted() {
  Identity identity;
  if (!answer_.accept(setup_.wishes.meter_id.view(), setup_.nonce.view(), identity)) {
    return try_again("no_server");
  }
  setup_.identity = identity;
  setup_.state = SetupState::claimed;
  if (!keep()) {
    setup_.state = SetupState::claiming;
    return try_again("not_stored");  // the same answer again
  }
  phase_ = Phase::completing;
  tries_ = 0;
  retry_at_ms_ = 0;
  ports_.log.event(
      Event("setup").text("state", "claimed").text("meter_id", setup_.wishes.meter_id.view()));
}

void Provisioning::refused(std::string_view why) {
  setup_ = Setup{};
  store_.forget();
  give_up(why);
}

void Provisioning::try_again(std::string_view why) {
  problem_ = why;
  if (++tries_ >= kMaxTries) return give_up(why);
  if (phase_ == Phase::completing && tries_ >= kMaxCompletionTries) return completed();
  retry_at_ms_ = ports_.clock.monotonic_ms() + backoff_.next_ms();
}

// Also when the server never heard it: its code ends by time, and the meter is to meter.
void Provisioning::completed() {
  const Setup before = setup_;
  setup_.state = SetupState::ready;
  setup_.wishes.code.clear();
  setup_.nonce.clear();
  if (!keep()) {
    setup_ = before;
    problem_ = "not_stored";
    retry_at_ms_ = ports_.clock.monotonic_ms() + backoff_.next_ms();
    return;
  }
  keep();  // the other slot still holds the code
  phase_ = Phase::ready;
  problem_ = {};
  ports_.log.event(
      Event("setup").text("state", "ready").text("meter_id", setup_.wishes.meter_id.view()));
}

void Provisioning::give_up(std::string_view why) {
  problem_ = why;
  moving_ = false;
  phase_ = ready() ? Phase::ready : Phase::idle;
  retry_at_ms_ = ports_.clock.monotonic_ms() + kRestMs;
  ports_.log.event(Event("error").text("reason", why).text("job", "setup"));
}

bool Provisioning::keep() { return store_.save(setup_); }

void Provisioning::draw_nonce() {
  constexpr char kDigits[] = "0123456789abcdef";
  uint8_t bytes[kNonceBytes];
  ports_.chance.fill(bytes, sizeof bytes);
  setup_.nonce.clear();
  for (const uint8_t byte : bytes) {
    setup_.nonce.append(kDigits[byte >> 4]);
    setup_.nonce.append(kDigits[byte & 15]);
  }
}

const char* name_of(Provisioning::Phase phase) {
  switch (phase) {
    case Provisioning::Phase::idle:
      return "waiting";
    case Provisioning::Phase::joining:
      return "joining";
    case Provisioning::Phase::claiming:
      return "claiming";
    case Provisioning::Phase::completing:
      return "completing";
    case Provisioning::Phase::ready:
      return "ready";
  }
  return "waiting";
}

const char* name_of(WishProblem problem) {
  switch (problem) {
    case WishProblem::none:
      return "none";
    case WishProblem::form:
      return "form";
    case WishProblem::ssid:
      return "ssid";
    case WishProblem::password:
      return "password";
    case WishProblem::meter_id:
      return "meter_id";
    case WishProblem::code:
      return "code";
    case WishProblem::server:
      return "server";
    case WishProblem::provisioned:
      return "provisioned";
  }
  return "form";
}

}  // namespace meter
