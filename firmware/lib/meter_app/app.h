// The whole device: the meter works by itself, the cloud follows.
#pragma once

#include "cloud.h"
#include "config.h"
#include "meter.h"
#include "ports.h"

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
};

class App {
 public:
  App(const Config& config, const Ports& ports)
      : config_(config),
        log_(ports.log),
        meter_(config, {ports.storage, ports.warm_memory, ports.clock, ports.energy, ports.relay,
                        ports.log}),
        cloud_(config, meter_, ports.storage, ports.stream, ports.rest, ports.clock, ports.log) {}

  // False when the configuration cannot be used or the storage belongs to another meter.
  bool begin();

  // Call often, at least every 100 ms and whenever a connection has bytes. Without a network only
  // the meter works.
  void poll(bool network = true);

  // A last save and a last report; poll() until stopped().
  void stop();
  bool stopped() const { return cloud_.stopped(); }

  Meter& meter() { return meter_; }
  Cloud& cloud() { return cloud_; }

 private:
  const Config& config_;
  ILog& log_;
  Meter meter_;
  Cloud cloud_;
};

}  // namespace meter
