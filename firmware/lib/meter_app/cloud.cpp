#include "cloud.h"

namespace meter {
namespace {

constexpr int kMaxJobsPerPoll = 4;

}  // namespace

Cloud::Cloud(const Config& config, Meter& meter, IConnection& stream, IConnection& rest,
             IClock& clock, ILog& log)
    : config_(config),
      meter_(meter),
      clock_(clock),
      log_(log),
      exchange_(rest, clock, text_, config.cloud.limits),
      stream_(stream, clock, text_, config.cloud.limits, *this),
      requests_(config),
      session_(config.account),
      intake_(config, meter, log),
      snapshot_(intake_),
      recharges_(intake_, RechargeSource::stream),
      backoff_(config.cloud.backoff_first_ms, config.cloud.backoff_most_ms, config.random_seed),
      stream_backoff_(config.cloud.backoff_first_ms, config.cloud.backoff_most_ms,
                      config.random_seed ^ 0x5bd1e995U) {}

bool Cloud::begin() {
  recharges_.begin();
  return requests_.begin();
}

void Cloud::poll() {
  ClosedHour closed;
  if (meter_.take_closed_hour(closed)) hours_.add(closed);
  poll_stream();
  poll_exchange();
  commit();
  if (meter_.take_switch_change()) report_wanted_ = true;
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
  if (intake_.take_reread()) snapshot_wanted_ = true;
  if (snapshot_wanted_ || now - read_at_ms_ >= config_.cloud.reread_ms) return start(Job::snapshot);
  if (open_stream()) return;
  if (report_wanted_ || now - reported_at_ms_ >= config_.cloud.report_interval_ms) {
    return start(Job::report);
  }
  if (hours_.due(meter_.ledger(), now, config_.cloud.hour_interval_ms)) start(Job::hour);
}

void Cloud::say_farewell() {
  if (farewell_) return;
  farewell_ = true;
  if (restored_ && session_.signed_in()) start(Job::report);
}

// The stream opens only between two requests: both compose in the same text.
bool Cloud::open_stream() {
  if (stream_wanted_ || clock_.monotonic_ms() < stream_at_ms_) return false;
  if (!requests_.stream(text_, session_.id_token())) return false;
  stream_wanted_ = true;
  stream_.open(requests_.database());
  return true;
}

void Cloud::start(Job job) {
  const std::string_view token = session_.id_token();
  Endpoint endpoint = requests_.database();
  bool form = false;
  bool composed = false;
  Method method = Method::patch;
  IJsonHandler* body = &ignored_;
  switch (job) {
    case Job::sign_in:
      composed = session_.compose(text_, endpoint, form);
      method = Method::post;
      body = &session_.reader();
      break;
    case Job::snapshot:
      composed = requests_.snapshot(text_, token);
      method = Method::get;
      body = &snapshot_.begin();
      break;
    case Job::acknowledge:
      acknowledging_ = 1;
      composed = requests_.acknowledge_alone(text_, token, meter_, intake_.book());
      break;
    case Job::report:
      report_wanted_ = false;
      meter_.take_switch_change();  // told by this report
      acknowledging_ = one_by_one_ ? 0 : intake_.due();
      composed = requests_.report(text_, token, meter_, {!farewell_, rssi_}, intake_.book(),
                                  acknowledging_);
      break;
    case Job::hour:
      telling_ = hours_.next(meter_.ledger());
      composed = requests_.hour(text_, token, telling_);
      method = Method::put;
      break;
    case Job::none:
      return;
  }
  if (!composed) return failed(job, "request_too_long");
  job_ = job;
  exchange_.start(method, endpoint, *body, form);
}

void Cloud::finish(Job job) {
  switch (job) {
    case Job::sign_in:
      return signed_in();
    case Job::snapshot:
      return snapshot_read();
    case Job::acknowledge:
      intake_.acknowledged(acknowledging_);
      if (intake_.due() == 0) one_by_one_ = false;
      return;
    case Job::report:
      return reported();
    case Job::hour:
      return hours_.told(telling_, clock_.monotonic_ms());
    case Job::none:
      return;
  }
}

// The server answered, but not with success. What it refuses for good is not asked again; the rest
// waits.
void Cloud::refused(Job job) {
  const int status = exchange_.status();
  const bool denied = status == 401 && exchange_.error_text() == "Permission denied";
  const bool for_good = denied || status == 400 || status == 403;
  log_.event(Event("error")
                 .text("reason", denied ? "permission_denied" : "refused")
                 .text("job", name_of(job))
                 .number("status", status)
                 .text("detail", exchange_.error_text()));
  if (job == Job::sign_in) {
    session_.forget_refresh_token();
    session_.expire();
  } else if (status == 401 && !denied) {
    session_.expire();
  } else if (for_good && job == Job::acknowledge) {
    // The entry may have been withdrawn meanwhile: it is left alone.
    return intake_.acknowledgement_refused();
  } else if (for_good && job == Job::report) {
    // One part spoils the whole: the acknowledgements are tried by themselves.
    one_by_one_ = acknowledging_ > 0;
    reported_at_ms_ = clock_.monotonic_ms();
    return;
  } else if (for_good && job == Job::hour) {
    return hours_.told(telling_, clock_.monotonic_ms());
  }
  if (job == Job::report) report_wanted_ = true;
  retry_at_ms_ = clock_.monotonic_ms() + backoff_.next_ms();
}

void Cloud::failed(Job job, std::string_view reason) {
  log_.event(Event("error")
                 .text("reason", reason)
                 .text("job", name_of(job))
                 .number("failures", backoff_.failures() + 1));
  if (job == Job::report) report_wanted_ = true;
  retry_at_ms_ = clock_.monotonic_ms() + backoff_.next_ms();
}

void Cloud::signed_in() {
  if (!session_.accept(clock_.monotonic_ms())) return failed(Job::sign_in, "no_id_token");
  log_.event(Event("signed_in"));
  // The stream was opened with the former token: open it again with this one.
  if (!stream_wanted_) return;
  stream_.close();
  stream_wanted_ = false;
  was_streaming_ = false;
  stream_at_ms_ = 0;
}

void Cloud::snapshot_read() {
  snapshot_.end();
  read_at_ms_ = clock_.monotonic_ms();
  snapshot_wanted_ = false;
  commit();
  if (!restored_ && meter_.restore(snapshot_.registers())) {
    log_.event(Event("restored")
                   .number("credited_total_wh", static_cast<int64_t>(meter_.ledger().credited_wh))
                   .number("balance_wh", meter_.ledger().balance_wh()));
  }
  restored_ = true;
}

void Cloud::reported() {
  reported_at_ms_ = clock_.monotonic_ms();
  intake_.acknowledged(acknowledging_);
  log_.event(Event("reported")
                 .number("balance_wh", meter_.ledger().balance_wh())
                 .number("consumed_total_wh", static_cast<int64_t>(meter_.ledger().consumed_wh))
                 .number("power_w", meter_.power_w()));
}

void Cloud::commit() {
  if (intake_.commit()) report_wanted_ = true;
}

void Cloud::on_change(bool whole) {
  if (whole) {
    recharges_.end();
  } else {
    recharges_.begin();
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

std::string_view Cloud::name_of(Job job) {
  switch (job) {
    case Job::none:
      return "none";
    case Job::sign_in:
      return "sign_in";
    case Job::snapshot:
      return "snapshot";
    case Job::acknowledge:
      return "acknowledge";
    case Job::report:
      return "report";
    case Job::hour:
      return "hour";
  }
  return "none";
}

}  // namespace meter
