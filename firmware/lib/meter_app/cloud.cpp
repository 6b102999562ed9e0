#include "cloud.h"

namespace meter {
namespace {

constexpr int kMaxJobsPerPoll = 4;

}  // namespace

Cloud::Cloud(const Config& config, Meter& meter, Update& update, IConnection& stream,
             IConnection& rest, IClock& clock, ILog& log)
    : config_(config),
      meter_(meter),
      update_(update),
      clock_(clock),
      log_(log),
      exchange_(rest, clock, text_, config.cloud.limits),
      stream_(stream, clock, text_, config.cloud.limits, *this),
      requests_(config),
      session_(config.account),
      intake_(config, meter, log),
      desk_(config, meter, update, clock, log),
      snapshot_node_(intake_, desk_, RechargeSource::snapshot),
      snapshot_leaves_(snapshot_node_),
      stream_node_(intake_, desk_, RechargeSource::stream),
      backoff_(config.cloud.backoff_first_ms, config.cloud.backoff_most_ms, config.random_seed),
      stream_backoff_(config.cloud.backoff_first_ms, config.cloud.backoff_most_ms,
                      config.random_seed ^ 0x5bd1e995U) {}

bool Cloud::begin() {
  stream_node_.begin();
  return requests_.begin();
}

void Cloud::poll() {
  poll_stream();
  poll_exchange();
  commit();
  const bool moved = meter_.take_switch_change();
  if (desk_.take_effect() || moved) become_lively();
  // Short jobs may follow one another within one call; the bound keeps metering prompt.
  for (int i = 0; i < kMaxJobsPerPoll && job_ == Job::none; ++i) {
    next_job();
    poll_exchange();
  }
}

void Cloud::stop() {
  stopping_ = true;
  stream_.close();
}

void Cloud::poll_stream() {
  stream_.poll();
  const StreamClient::State state = stream_.state();
  if (state == StreamClient::State::streaming) {
    if (!was_streaming_) log_.event(Event("streaming"));
    was_streaming_ = true;
    if (clock_.monotonic_ms() - stream_.heard_at_ms() >= config_.cloud.silence_ms) {
      log_.event(Event("error").text("reason", "stream_silent"));
      stream_.close();
    }
  }
  if (stream_wanted_ && stream_.state() == StreamClient::State::closed) stream_ended();
}

void Cloud::stream_ended() {
  stream_wanted_ = false;
  was_streaming_ = false;
  if (stopping_) return;
  if (stream_.status() == 401) session_.expire();
  log_.event(Event("error").text("reason", "stream_closed").number("status", stream_.status()));
  stream_at_ms_ = clock_.monotonic_ms() + stream_backoff_.next_ms();
}

void Cloud::poll_exchange() {
  if (job_ == Job::none) {
    if (used_at_ms_ != 0 && clock_.monotonic_ms() - used_at_ms_ >= config_.cloud.rest_idle_ms) {
      exchange_.close();
      used_at_ms_ = 0;
    }
    return;
  }
  const Progress progress = exchange_.poll();
  if (progress == Progress::awaiting) return;
  const Job job = job_;
  job_ = Job::none;
  used_at_ms_ = clock_.monotonic_ms();
  if (job == Job::download) {
    return update_.answered(progress == Progress::error ? 0 : exchange_.status());
  }
  if (progress == Progress::error) return failed(job, "no_answer");
  if (!exchange_.succeeded()) return refused(job);
  backoff_.succeeded();
  finish(job);
}

void Cloud::next_job() {
  if (stopping_) return say_farewell();
  const uint64_t now = clock_.monotonic_ms();
  if (now < retry_at_ms_ || stream_.state() == StreamClient::State::opening) return;
  if (!session_.signed_in() || session_.refresh_due(now)) return start(Job::sign_in);
  if (intake_.due() > 0) return start(one_by_one_ ? Job::acknowledge : Job::report);
  if (intake_.take_reread() || desk_.take_reread()) snapshot_wanted_ = true;
  if (snapshot_wanted_ || now - read_at_ms_ >= config_.cloud.reread_ms) return start(Job::snapshot);
  if (open_stream()) return;
  if (report_due(now)) return start(Job::report);
  if (desk_.due()) return start(Job::command);
  if (meter_.alerts().due(alerting_)) return start(Job::alert);
  const uint32_t hour_ms =
      lively(now) ? config_.cloud.hour_interval_ms : config_.cloud.quiet_hour_ms;
  if (meter_.hours().due(meter_.durable(), now, hour_ms)) return start(Job::hour);
  start_download(now);
}

// Last of all, and only while the database is heard: another server must not delay it.
void Cloud::start_download(uint64_t now_ms) {
  if (stream_.state() != StreamClient::State::streaming) return;
  if (update_.wants(now_ms) == Update::Ask::none) return;
  Endpoint endpoint;
  Range range;
  if (!update_.compose(text_, endpoint, range)) return update_.answered(0);
  job_ = Job::download;
  exchange_.download(endpoint, range, update_);
}

void Cloud::become_lively() {
  report_wanted_ = true;
  lively_until_ms_ = clock_.monotonic_ms() + config_.cloud.lively_ms;
}

// Who watched long ago, before the node was read, does not count.
void Cloud::note_watcher(const NodeReader& node) {
  if (node.watched_at_ms() <= watched_at_ms_) return;
  watched_at_ms_ = node.watched_at_ms();
  const int64_t now = clock_.epoch_ms();
  const bool recent =
      now <= 0 || static_cast<uint64_t>(now) < watched_at_ms_ + config_.cloud.lively_ms;
  if (recent) become_lively();
}

bool Cloud::report_due(uint64_t now_ms) const {
  const uint64_t used_wh = meter_.ledger().consumed_wh - reported_consumed_wh_;
  const bool changed = used_wh != 0 || meter_.power_w() != reported_power_w_;
  const bool soon = (lively(now_ms) && changed) || used_wh >= config_.cloud.report_step_wh;
  const uint32_t interval_ms = soon ? config_.cloud.report_interval_ms : config_.cloud.heartbeat_ms;
  return report_wanted_ || now_ms - reported_at_ms_ >= interval_ms;
}

void Cloud::say_farewell() {
  if (farewell_) return;
  farewell_ = true;
  if (restored_ && session_.signed_in()) start(Job::report);
}

// The stream opens only between two requests: both compose in the same text.
bool Cloud::open_stream() {
  if (stream_wanted_ || clock_.monotonic_ms() < stream_at_ms_) return false;
  if (!requests_.node(text_, session_.id_token())) return false;
  stream_wanted_ = true;
  stream_.open(requests_.database());
  return true;
}

void Cloud::start(Job job) {
  Endpoint endpoint = requests_.database();
  bool form = false;
  if (!compose(job, endpoint, form)) return failed(job, "request_too_long");
  job_ = job;
  exchange_.start(method_of(job), endpoint, reader_of(job), form);
}

bool Cloud::compose(Job job, Endpoint& endpoint, bool& form) {
  const std::string_view token = session_.id_token();
  switch (job) {
    case Job::sign_in:
      return session_.compose(text_, endpoint, form);
    case Job::snapshot:
      return requests_.node(text_, token);
    case Job::acknowledge:
      acknowledging_ = 1;
      return requests_.acknowledge_alone(text_, token, meter_, intake_.book());
    case Job::report:
      report_wanted_ = false;
      meter_.take_switch_change();  // told by this report
      reported_consumed_wh_ = meter_.ledger().consumed_wh;
      reported_power_w_ = meter_.power_w();
      acknowledging_ = one_by_one_ ? 0 : intake_.due();
      return requests_.report(text_, token, meter_, {!farewell_, rssi_}, intake_.book(),
                              acknowledging_);
    case Job::command:
      return requests_.command_result(text_, token, desk_.oldest().command_id.view(),
                                      desk_.oldest().text);
    case Job::alert:
      return requests_.alert(text_, token, alerting_);
    case Job::hour:
      telling_ = meter_.hours().next(meter_.durable());
      return requests_.hour(text_, token, telling_);
    case Job::download:
    case Job::none:
      return false;
  }
  return false;
}

Method Cloud::method_of(Job job) {
  if (job == Job::sign_in) return Method::post;
  if (job == Job::snapshot) return Method::get;
  return job == Job::hour || job == Job::alert ? Method::put : Method::patch;
}

IJsonHandler& Cloud::reader_of(Job job) {
  if (job == Job::sign_in) return session_.reader();
  if (job == Job::snapshot) {
    desk_.begin_snapshot();
    snapshot_node_.begin(!restored_);
    snapshot_leaves_.begin("");
    return snapshot_leaves_;
  }
  return ignored_;
}

void Cloud::commit() {
  if (intake_.commit()) become_lively();
}

void Cloud::on_change(bool whole) {
  if (whole) {
    note_watcher(stream_node_);
    stream_node_.end();
  } else {
    stream_node_.begin();
    snapshot_wanted_ = true;
  }
  stream_backoff_.succeeded();
  retry_at_ms_ = 0;
  commit();
}

void Cloud::on_cancel(bool revoked) {
  if (revoked) session_.expire();
  log_.event(Event("error").text("reason", revoked ? "auth_revoked" : "stream_cancelled"));
  stream_.close();
}

}  // namespace meter
