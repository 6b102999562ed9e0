// The meter's side of the database: one stream that hints, one exchange that asks and tells.
//
//   sign in -> snapshot (restore totals) -> snapshot (pending entries) -> stream -> apply ->
//   commit -> acknowledge -> report; and again: refresh at 5/6 of the token's life, re-read every
//   10 minutes, reconnect after 75 s of silence.
#pragma once

#include <cstdint>
#include <string_view>

#include "backoff.h"
#include "command_desk.h"
#include "config.h"
#include "exchange.h"
#include "meter.h"
#include "node_reader.h"
#include "recharge_intake.h"
#include "requests.h"
#include "session.h"
#include "stream_client.h"
#include "update.h"

namespace meter {

// A body that says nothing of interest.
class IgnoredJson final : public IJsonHandler {
 public:
  void on_begin(bool) override {}
  void on_end() override {}
  void on_key(std::string_view, bool) override {}
  void on_string(std::string_view, bool) override {}
  void on_number(std::string_view) override {}
  void on_literal(JsonLiteral) override {}
};

class Cloud final : private IStreamListener {
 public:
  Cloud(const Config& config, Meter& meter, Update& update, IConnection& stream, IConnection& rest,
        IClock& clock, ILog& log);

  bool begin();
  void poll();

  // A last report with online false; stopped() turns true when it is done or has failed.
  void stop();
  bool stopped() const { return farewell_ && job_ == Job::none; }

  bool online() const { return stream_.state() == StreamClient::State::streaming; }
  void set_rssi(int32_t rssi) { rssi_ = rssi; }
  int32_t rssi() const { return rssi_; }

  // A commanded reboot whose result the server has.
  bool reboot_due() const { return desk_.reboot_due(); }

 private:
  enum class Job { none, sign_in, snapshot, acknowledge, report, command, alert, hour, download };

  static const char* name_of(Job job);
  void poll_stream();
  void stream_ended();
  void poll_exchange();
  void next_job();
  void say_farewell();
  bool open_stream();
  bool lively(uint64_t now_ms) const { return now_ms < lively_until_ms_; }
  void become_lively();
  void note_watcher(const NodeReader& node);
  bool report_due(uint64_t now_ms) const;
  void start(Job job);
  void start_download(uint64_t now_ms);
  bool compose(Job job, Endpoint& endpoint, bool& form);
  static Method method_of(Job job);
  IJsonHandler& reader_of(Job job);
  void finish(Job job);
  void refused(Job job);
  void failed(Job job, const char* reason);
  void signed_in();
  void snapshot_read();
  void reported();
  void commit();

  void on_leaf(const Leaf& leaf) override { stream_node_.on_leaf(leaf); }
  void on_change(bool whole) override;
  void on_keep_alive() override {}
  void on_cancel(bool revoked) override;

  const Config& config_;
  Meter& meter_;
  Update& update_;
  IClock& clock_;
  ILog& log_;
  RequestText text_;
  Exchange exchange_;
  StreamClient stream_;
  Requests requests_;
  Session session_;
  RechargeIntake intake_;
  CommandDesk desk_;
  NodeReader snapshot_node_;
  LeafReader snapshot_leaves_;
  NodeReader stream_node_;
  Backoff backoff_;
  Backoff stream_backoff_;
  IgnoredJson ignored_;

  Job job_ = Job::none;
  size_t acknowledging_ = 0;  // entries in the request under way
  bool one_by_one_ = false;   // a report with acknowledgements was refused: try each alone
  ClosedHour telling_;
  Alert alerting_;
  bool restored_ = false;
  bool snapshot_wanted_ = true;
  bool report_wanted_ = true;
  bool stream_wanted_ = false;  // opened and not yet known to have ended
  bool was_streaming_ = false;
  bool stopping_ = false;
  bool farewell_ = false;
  int32_t rssi_ = 0;
  uint64_t used_at_ms_ = 0;  // the exchange
  uint64_t retry_at_ms_ = 0;
  uint64_t stream_at_ms_ = 0;
  uint64_t read_at_ms_ = 0;
  uint64_t reported_at_ms_ = 0;
  uint64_t reported_consumed_wh_ = 0;
  uint32_t reported_power_w_ = 0;
  uint64_t lively_until_ms_ = 0;
  uint64_t watched_at_ms_ = 0;  // by the server's clock
};

}  // namespace meter
