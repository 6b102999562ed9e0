// metersim: the meter's App on the host, against real or emulated Firebase over plain TCP.
#include <poll.h>

#include <csignal>
#include <cstdio>

#include "app.h"
#include "event_log.h"
#include "file_store.h"
#include "options.h"
#include "posix_connection.h"
#include "simulated_load.h"
#include "system_clock.h"

namespace {

constexpr int kTickMs = 20;
constexpr uint64_t kFarewellMs = 1000;

volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int) { stop_requested = 1; }

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

meter::Config make_config(const meter::Options& options) {
  meter::Config config;
  config.meter_id = options.meter_id;
  config.database_url = options.database_url;
  config.database_namespace = options.database_namespace;
  config.account = {options.auth_url, options.api_key, options.email, options.password};
  config.firmware = "metersim-0.1.0";
  config.random_seed = static_cast<uint32_t>(meter::SystemClock().epoch_ms());
  config.cloud.report_interval_ms = options.report_interval_ms;
  config.cloud.heartbeat_ms = options.report_interval_ms;
  config.cloud.hour_interval_ms = options.report_interval_ms;
  config.cloud.silence_ms = options.silence_ms;
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
  meter::Config config = make_config(options);
  if (!meter::parse_hex(options.device_key, config.device_key)) {
    std::fprintf(stderr, "metersim: device_key: expected 64 lower-case hexadecimal digits\n");
    return 2;
  }
  std::signal(SIGTERM, request_stop);
  std::signal(SIGINT, request_stop);

  meter::SystemClock clock;
  meter::FileStore storage(options.store_dir);
  if (!storage.begin()) {
    std::fprintf(stderr, "metersim: store_dir: cannot use %s\n", options.store_dir.c_str());
    return 2;
  }
  meter::SimulatedLoad load(clock, options.load_w, options.imp_per_kwh, options.time_scale);
  meter::EventLog log(clock, options.die_after);
  meter::PosixConnection stream;
  meter::PosixConnection rest;
  meter::App app(config, {storage, clock, load, load, stream, rest, log});
  if (!app.begin()) {
    std::fprintf(stderr, "metersim: database_url unusable, or store_dir of another meter\n");
    return 2;
  }
  while (stop_requested == 0) {
    app.poll();
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
