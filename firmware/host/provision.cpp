#include "provision.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include <cstdio>

#include "portal_server.h"
#include "posix_connection.h"
#include "setup_line.h"

namespace meter {
namespace {

constexpr int kTickMs = 20;
constexpr std::string_view kMissingNetwork = "nowhere";

// This machine's network is there already; only the name `nowhere` is not found.
class HostNetwork final : public INetwork {
 public:
  void join(std::string_view ssid, std::string_view) override { there_ = ssid != kMissingNetwork; }
  State state() override { return there_ ? State::up : State::down; }

 private:
  bool there_ = false;
};

class HostChance final : public IChance {
 public:
  void fill(uint8_t* bytes, size_t size) override {
    if (::getrandom(bytes, size, 0) != static_cast<ssize_t>(size)) std::abort();
  }
};

bool read_label(const Options& options, Label& label) {
  return label.hardware_id.assign(options.hardware_id) && label.hardware_id.size() == 12 &&
         read_typed(options.label_secret, kLabelSecretCharacters, label.secret);
}

// False at the end of standard input.
bool take_lines(SetupLine& line, ILog& log) {
  char bytes[256];
  const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  for (ssize_t i = 0; i < count; ++i) {
    const std::string_view answer = line.take(bytes[i]);
    if (!answer.empty()) log.event(Event("serial").text("answer", answer));
  }
  return count != 0;
}

// An entry with descriptor -1 is left out.
void wait(bool lines, const PortalServer& server, const PosixConnection& connection) {
  const short events = connection.opening() ? POLLOUT : POLLIN;
  pollfd entries[3] = {{lines ? STDIN_FILENO : -1, POLLIN, 0},
                       {server.descriptor(), POLLIN, 0},
                       {connection.descriptor(), events, 0}};
  ::poll(entries, 3, kTickMs);
}

}  // namespace

bool provision(Options& options, IKeyValue& storage, IClock& clock, ILog& log,
               const volatile std::sig_atomic_t& stop, Registers& claimed) {
  Label label;
  if (!read_label(options, label)) {
    std::fprintf(stderr, "metersim: hardware_id or label_secret: not as on a label\n");
    return false;
  }
  HostNetwork network;
  HostChance chance;
  PosixConnection connection;
  Provisioning::Options settings;
  settings.server = options.server;
  settings.plain_http = true;
  chance.fill(reinterpret_cast<uint8_t*>(&settings.random_seed), sizeof settings.random_seed);
  Provisioning board(label, settings, {storage, clock, network, connection, chance, log});
  if (!board.begin()) {
    PortalServer server(clock);
    if (!server.begin(static_cast<uint16_t>(options.portal_port))) {
      std::fprintf(stderr, "metersim: portal_port: cannot listen\n");
      return false;
    }
    Portal portal(board, server.address());
    SetupLine line(board);
    ::fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    log.event(Event("portal").text("url", "http://" + server.address() + "/"));
    bool lines = true;
    while (!board.finished()) {
      if (stop != 0) return false;
      server.poll(portal);
      lines = lines && take_lines(line, log);
      board.poll();
      wait(lines, server, connection);
    }
  }
  const Identity& identity = board.setup().identity;
  options.meter_id = board.setup().wishes.meter_id.view();
  options.device_key = identity.device_key.view();
  options.email = identity.email.view();
  options.password = identity.password.view();
  options.database_url = identity.database_url.view();
  options.database_namespace = identity.database_namespace.view();
  options.auth_url = identity.auth_url.view();
  options.api_key = identity.api_key.view();
  claimed = {identity.credited_wh, identity.withdrawn_wh, identity.consumed_wh, identity.sequence};
  return true;
}

}  // namespace meter
