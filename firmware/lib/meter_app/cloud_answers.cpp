// What each answer of the server means for the meter.
#include "cloud.h"

namespace meter {

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
    case Job::command:
      return desk_.told();
    case Job::alert:
      return meter_.alerts().told(alerting_);
    case Job::hour:
      return meter_.hours().told(telling_, clock_.monotonic_ms());
    case Job::download:
    case Job::none:
      return;
  }
}

// The server answered, but not with success. What it refuses for good is not asked again; the rest
// waits.
void Cloud::refused(Job job) {
  const int status = exchange_.status();
  const bool denied = status == 401 && same(exchange_.error_text(), "Permission denied");
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
    return meter_.hours().refused(telling_, clock_.monotonic_ms());
  } else if (for_good && job != Job::snapshot) {
    return finish(job);  // not asked again
  }
  if (job == Job::report) report_wanted_ = true;
  retry_at_ms_ = clock_.monotonic_ms() + backoff_.next_ms();
}

void Cloud::failed(Job job, const char* reason) {
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
  note_watcher(snapshot_node_);
  snapshot_node_.end();
  read_at_ms_ = clock_.monotonic_ms();
  // The first one gives back lost registers alone: credit from entries, before what was used of it
  // is known, would be supplied a second time. The next one brings the entries.
  snapshot_wanted_ = !restored_;
  commit();
  if (!restored_ && meter_.restore(snapshot_node_.registers())) {
    log_.event(Event("restored")
                   .number("credited_total_wh", static_cast<int64_t>(meter_.ledger().credited_wh))
                   .number("balance_wh", meter_.ledger().balance_wh()));
  }
  restored_ = true;
}

void Cloud::reported() {
  reported_at_ms_ = clock_.monotonic_ms();
  intake_.acknowledged(acknowledging_);
  update_.round_trip();
  log_.event(Event("reported")
                 .number("balance_wh", meter_.ledger().balance_wh())
                 .number("consumed_total_wh", static_cast<int64_t>(meter_.ledger().consumed_wh))
                 .number("power_w", meter_.power_w()));
}

const char* Cloud::name_of(Job job) {
  constexpr const char* kNames[] = {"none",    "sign_in", "snapshot", "acknowledge", "report",
                                    "command", "alert",   "hour",     "download"};
  return kNames[static_cast<size_t>(job)];
}

}  // namespace meter
