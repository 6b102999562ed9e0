// The whole device: the meter works by itself, the cloud follows.
#pragma once

#include "cloud.h"
#include "config.h"
#include "meter.h"
#include "panel.h"
#include "ports.h"
#include "update.h"

namespace meter {

struct Ports {
  IKeyValue& storage;
  IClock& clock;
  IEnergySource& energy;
  ISwitch& relay;
  IConnection& stream;
  IConnection& rest;
  ILog& log;
  IKeyValue* warm_memory = nullptr;  // see Meter
  IUpdater* updater = nullptr;       // both or no updates
  ISignatureVerifier* verifier = nullptr;
};

class App {
 public:
  App(const Config& config, const Ports& ports)
      : config_(config),
        log_(ports.log),
        meter_(config, {ports.storage, ports.warm_memory, ports.clock, ports.energy, ports.relay,
                        ports.log}),
        panel_(config, meter_, ports.storage, ports.clock),
        update_(config, ports.updater, ports.verifier, meter_, ports.storage, ports.clock,
                ports.log),
        cloud_(config, meter_, update_, ports.stream, ports.rest, ports.clock, ports.log) {}

  // False when the configuration cannot be used, the storage belongs to another meter, or a new
  // image on trial cannot read the ledger.
  bool begin();

  // Call often, at least every 100 ms and whenever a connection has bytes. Without a network only
  // the meter works.
  void poll(bool network = true);

  // A last save and a last report; poll() until stopped().
  void stop();
  bool stopped() const { return cloud_.stopped(); }

  // The front: the display takes what changed since the last call.
  Panel& panel() { return panel_; }
  void draw(IDisplay& display) { panel_.draw(link(), display); }
  ScreenText screen() { return panel_.text(link()); }
  SignalLevels levels() { return panel_.levels(link()); }

  // A commanded reboot or a new image: restart the board.
  bool restart_due() const { return cloud_.reboot_due() || update_.restart_due(); }

  Meter& meter() { return meter_; }
  Cloud& cloud() { return cloud_; }

 private:
  Link link() const;

  const Config& config_;
  ILog& log_;
  Meter meter_;
  Panel panel_;
  Update update_;
  Cloud cloud_;
  bool network_ = false;
};

}  // namespace meter
