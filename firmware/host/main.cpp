// metersim: the meter's App on the host, against real or emulated Firebase over plain TCP.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

#include "app.h"
#include "ecdsa_verifier.h"
#include "event_log.h"
#include "file_store.h"
#include "file_updater.h"
#include "options.h"
#include "posix_connection.h"
#include "provision.h"
#include "simulated_load.h"
#include "system_clock.h"

namespace {

constexpr int kTickMs = 20;
constexpr uint64_t kFarewellMs = 1000;

volatile std::sig_atomic_t stop_requested = 0;
volatile std::sig_atomic_t pressed = 0;
volatile std::sig_atomic_t held = 0;

void request_stop(int) { stop_requested = 1; }
void press(int) { pressed = 1; }
void hold(int) { held = 1; }

// Notices that the display would change; the text is then told as an event.
class ShownScreen final : public meter::IDisplay {
 public:
  bool show(size_t, const uint8_t (&)[kColumns]) override { return changed_ = true; }
  bool take_change() {
    const bool changed = changed_;
    changed_ = false;
    return changed;
  }

 private:
  bool changed_ = false;
};

void serve_panel(meter::App& app, ShownScreen& shown, meter::ILog& log) {
  if (pressed != 0) app.panel().press();
  if (held != 0) app.panel().hold();
  pressed = held = 0;
  app.draw(shown);
  if (!shown.take_change()) return;
  constexpr const char* kNames[] = {"row0", "row1", "row2", "row3", "row4", "row5", "row6", "row7"};
  const meter::ScreenText screen = app.screen();
  meter::Event event("screen");
  for (size_t row = 0; row < meter::ScreenText::kRows; ++row) {
    if (!screen.rows[row].empty()) event.text(kNames[row], screen.rows[row].view());
  }
  log.event(event);
}

// Returns as soon as a connection has something to say, so an event is acted on at once.
void wait(const meter::PosixConnection& stream, const meter::PosixConnection& rest) {
  pollfd entries[2];
  nfds_t count = 0;
  for (const auto* connection : {&stream, &rest}) {
    if (connection->descriptor() < 0) continue;
    const short events = connection->opening() ? POLLOUT : POLLIN;
    entries[count++] = {connection->descriptor(), events, 0};
  }
  ::poll(entries, count, kTickMs);
}

// Storage as an image sees it that cannot read what the former one wrote.
class ForgetfulStore final : public meter::IKeyValue {
 public:
  explicit ForgetfulStore(meter::IKeyValue& inner) : inner_(inner) {}
  size_t read(std::string_view key, uint8_t* data, size_t capacity) override {
    const size_t size = inner_.read(key, data, capacity);
    if (key.substr(0, 7) == "ledger_" && size > 0) data[0] ^= 0xff;
    return size;
  }
  bool write(std::string_view key, const uint8_t* data, size_t size) override {
    return inner_.write(key, data, size);
  }

 private:
  meter::IKeyValue& inner_;
};

// Like a reset of the board: the same process begins again.
[[noreturn]] void restart(char** argv) {
  ::execv("/proc/self/exe", argv);
  std::perror("metersim: cannot restart");
  ::_exit(1);
}

bool read_key(const std::string& path, EcdsaVerifier& verifier) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> key((std::istreambuf_iterator<char>(file)), {});
  return verifier.begin(reinterpret_cast<const uint8_t*>(key.data()), key.size());
}

meter::Config make_config(const meter::Options& options, const meter::Image& image) {
  meter::Config config;
  config.meter_id = options.meter_id;
  config.database_url = options.database_url;
  config.database_namespace = options.database_namespace;
  config.account = {options.auth_url, options.api_key, options.email, options.password};
  config.firmware = image.firmware;
  config.firmware_version = image.version;
  config.board = options.board;
  config.update_url = options.update_url;
  config.trial_ms = options.trial_ms;
  config.random_seed = static_cast<uint32_t>(meter::SystemClock().epoch_ms());
  config.cloud.report_interval_ms = options.report_interval_ms;
  config.cloud.heartbeat_ms = options.report_interval_ms;
  config.cloud.hour_interval_ms = options.report_interval_ms;
  config.cloud.quiet_hour_ms = options.report_interval_ms;
  config.cloud.silence_ms = options.silence_ms;
  config.cloud.limits = {std::min(config.cloud.limits.connect_ms, options.patience_ms),
                         options.patience_ms};
  config.cloud.backoff_first_ms = 200;
  config.cloud.backoff_most_ms = 5000;
  return config;
}

}  // namespace

int main(int argc, char** argv) {
  meter::Options options;
  std::string message;
  if (!meter::parse_options(argc, argv, options, message)) {
    std::fprintf(stderr, "metersim: %s\n", message.c_str());
    return 2;
  }
  EcdsaVerifier verifier;
  const bool updatable = !options.release_key.empty();
  if (updatable && !read_key(options.release_key, verifier)) {
    std::fprintf(stderr, "metersim: release_key: expected a file with a P-256 public key as DER\n");
    return 2;
  }
  meter::SystemClock clock;
  meter::FileStore storage(options.store_dir);
  if (!storage.begin()) {
    std::fprintf(stderr, "metersim: store_dir: cannot use %s\n", options.store_dir.c_str());
    return 2;
  }
  meter::FileUpdater updater(options.store_dir);
  const meter::Image image = updater.boot();
  if (image.behaviour == "crashing") restart(argv);
  std::signal(SIGTERM, request_stop);
  std::signal(SIGINT, request_stop);
  std::signal(SIGUSR1, press);
  std::signal(SIGUSR2, hold);
  meter::EventLog log(clock, options.die_after);
  meter::Registers claimed;
  const bool claims = !options.server.empty();
  if (claims && !meter::provision(options, storage, clock, log, stop_requested, claimed)) {
    return stop_requested != 0 ? 0 : 2;
  }
  meter::Config config = make_config(options, image);
  if (claims) config.claimed = &claimed;
  if (!meter::parse_hex(options.device_key, config.device_key)) {
    std::fprintf(stderr, "metersim: device_key: expected 64 lower-case hexadecimal digits\n");
    return 2;
  }
  meter::SimulatedLoad load(clock, options.load_w, options.imp_per_kwh, options.time_scale);
  meter::PosixConnection stream;
  meter::PosixConnection rest;
  ForgetfulStore forgetful(storage);
  const bool remembers = image.behaviour != "forgetful";
  meter::IKeyValue& seen = remembers ? static_cast<meter::IKeyValue&>(storage) : forgetful;
  meter::App app(config, {seen, clock, load, load, stream, rest, log, nullptr, &updater,
                          updatable ? &verifier : nullptr});
  if (!app.begin()) {
    if (updater.rolled_back()) restart(argv);
    std::fprintf(stderr, "metersim: database_url unusable, or store_dir of another meter\n");
    return 2;
  }
  ShownScreen shown;
  while (stop_requested == 0) {
    if (options.show != 0) serve_panel(app, shown, log);
    app.poll(image.behaviour != "offline");
    if (app.restart_due() || updater.rolled_back()) {
      app.meter().commit();
      restart(argv);
    }
    wait(stream, rest);
  }
  app.stop();
  const uint64_t deadline = clock.monotonic_ms() + kFarewellMs;
  while (!app.stopped() && clock.monotonic_ms() < deadline) {
    app.poll();
    wait(stream, rest);
  }
  log.event(meter::Event("stopped").number("balance_wh", app.meter().ledger().balance_wh()));
  return 0;
}
