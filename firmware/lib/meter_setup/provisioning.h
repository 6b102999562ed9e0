// From a board that knows nothing to a meter with account and key. The same machine behind the
// portal and the serial line:
//
//   idle --wishes kept--> joining --network--> claiming --answer kept--> completing --> ready
//    ^                      |                     |                           |
//    +--- no such network --+---- refused --------+      no answer: ready all the same
//
// Wishes and nonce are kept before the first request, so a power cut or a lost answer anywhere ends
// in the same account: the same nonce is answered the same. The code is forgotten when it was used
// or refused.
#pragma once

#include <cstdint>
#include <string_view>

#include "backoff.h"
#include "claim_request.h"
#include "exchange.h"
#include "ports.h"
#include "setup_store.h"

namespace meter {

class INetwork {
 public:
  enum class State { down, up };

  // Begins to join; an empty password means an open network. The portal stays reachable.
  virtual void join(std::string_view ssid, std::string_view password) = 0;
  virtual State state() = 0;

 protected:
  ~INetwork() = default;
};

class IChance {
 public:
  virtual void fill(uint8_t* bytes, size_t size) = 0;

 protected:
  ~IChance() = default;
};

class Provisioning {
 public:
  enum class Phase { idle, joining, claiming, completing, ready };

  struct Options {
    std::string_view server;  // where to claim unless the wishes say otherwise
    bool plain_http = false;  // for emulators only
    NetLimits limits;
    uint32_t join_ms = 30000;
    uint32_t random_seed = 1;
  };

  struct Ports {
    IKeyValue& storage;
    IClock& clock;
    INetwork& network;
    IConnection& connection;
    IChance& chance;
    ILog& log;
  };

  Provisioning(const Label& label, const Options& options, const Ports& ports);

  // Loads what is kept and goes on where it was left. True when the meter is ready.
  bool begin();

  // What a person told; none when it was kept and is being tried.
  WishProblem accept(const Wishes& wishes);

  void poll();

  // Back to a board that knows nothing. Credit and consumption are kept in the ledger.
  bool forget();

  Phase phase() const { return phase_; }
  bool ready() const { return setup_.state == SetupState::ready; }
  // True when everything a person asked for is done.
  bool finished() const { return phase_ == Phase::ready; }
  const Setup& setup() const { return setup_; }
  // For people: what went wrong last, in a word; empty when nothing did.
  std::string_view problem() const { return problem_; }

 private:
  static constexpr uint32_t kMaxTries = 20;
  static constexpr uint32_t kMaxCompletionTries = 5;

  void join();
  void joined();
  void send();
  void answered();
  void granted();
  void refused(std::string_view why);
  void try_again(std::string_view why);
  void completed();
  void give_up(std::string_view why);
  bool keep();
  void draw_nonce();

  const Label& label_;
  Options options_;
  Ports ports_;
  SetupStore store_;
  Setup setup_;
  Wishes network_only_;  // of a meter that is ready: kept when they were seen to work
  RequestText text_;
  Exchange exchange_;
  ClaimAnswer answer_;
  Backoff backoff_;
  Phase phase_ = Phase::idle;
  std::string_view problem_;
  uint64_t join_until_ms_ = 0;
  uint64_t retry_at_ms_ = 0;
  uint32_t tries_ = 0;
  bool asking_ = false;
  bool moving_ = false;  // a ready meter tries another network
};

const char* name_of(Provisioning::Phase phase);
const char* name_of(WishProblem problem);

}  // namespace meter
