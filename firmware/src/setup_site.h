// The board's side of setting up: an access point with the label's secret as its password, the
// portal on it, and the serial line. Decides nothing: see lib/meter_setup.
#pragma once

#include <DNSServer.h>
#include <NetworkServer.h>

#include "nvs_store.h"
#include "portal.h"
#include "setup_line.h"

class SetupSite {
 public:
  SetupSite(meter::IClock& clock, meter::IConnection& connection, meter::ILog& log);

  // Reads label and settings; true when the meter knows who it is.
  bool begin();
  const meter::Setup& setup() const { return provisioning_.setup(); }

  // The access point is up while the site is open; the meter goes on metering.
  void open();
  void poll();
  bool is_open() const { return open_; }

  // Something changed that needs a restart to take effect.
  bool restart_due() const { return restart_due_; }
  void forget();

 private:
  class StationNetwork final : public meter::INetwork {
   public:
    void join(std::string_view ssid, std::string_view password) override;
    State state() override;
  };
  class RadioChance final : public meter::IChance {
   public:
    void fill(uint8_t* bytes, size_t size) override;
  };

  static constexpr uint64_t kOpenMs = 600000;    // of a meter that meters; a new board waits
  static constexpr uint64_t kPatienceMs = 5000;  // with one request
  static constexpr uint64_t kShowMs = 3000;      // so that a phone sees the last page

  void read_label();
  void serve();
  void listen_to_serial();
  void close();

  meter::IClock& clock_;
  NvsStore storage_;
  StationNetwork network_;
  RadioChance chance_;
  meter::Label label_;
  meter::Provisioning provisioning_;
  meter::Portal portal_;
  meter::PortalRequest request_;
  meter::SetupLine line_;
  NetworkServer server_;
  NetworkClient client_;
  DNSServer names_;
  uint64_t opened_at_ms_ = 0;
  uint64_t asked_at_ms_ = 0;
  uint64_t finished_at_ms_ = 0;
  bool was_ready_ = false;
  bool tried_ = false;  // something was asked for since the site was opened
  bool open_ = false;
  bool restart_due_ = false;
};
