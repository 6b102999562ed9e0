#include "update.h"

#include "update_record.h"

namespace meter {
namespace {

constexpr uint32_t kFirstRetryMs = 5000;
constexpr uint32_t kMostRetryMs = 300000;
constexpr size_t kCheckBytes = 1024;
constexpr int kChecksPerPoll = 4;

bool not_lower(const Registers& now, const Registers& before) {
  return now.credited_wh >= before.credited_wh && now.withdrawn_wh >= before.withdrawn_wh &&
         now.consumed_wh >= before.consumed_wh && now.sequence >= before.sequence;
}

Registers totals_of(const Ledger& ledger) {
  return {ledger.credited_wh, ledger.withdrawn_wh, ledger.consumed_wh, ledger.sequence};
}

}  // namespace

Update::Update(const Config& config, IUpdater* updater, ISignatureVerifier* verifier, Meter& meter,
               IKeyValue& storage, IClock& clock, ILog& log)
    : config_(config),
      updater_(updater),
      verifier_(verifier),
      meter_(meter),
      storage_(storage),
      clock_(clock),
      log_(log),
      backoff_(kFirstRetryMs, kMostRetryMs, config.random_seed ^ 0x9e3779b9U),
      stored_(storage, "update") {}

bool Update::fit_to_start() {
  if (updater_ == nullptr) return true;
  read_update_record(stored_, record_);
  if (!updater_->on_trial()) return true;
  Ledger found;
  const bool restored = LedgerStore(storage_).load(config_.meter_id, found) == LoadResult::restored;
  const bool armed = record_.stage == UpdateRecord::Stage::armed;
  if (restored && (!armed || not_lower(totals_of(found), record_.totals))) return true;
  roll_back("ledger_not_read");
  return false;
}

void Update::begin() {
  if (updater_ == nullptr) return;
  if (updater_->on_trial()) {
    trial_since_ms_ = clock_.monotonic_ms();
    return enter(State::trial, "on_trial");
  }
  const bool running = record_.version == config_.firmware_version;
  if (record_.stage == UpdateRecord::Stage::armed && !running) return give_up("rolled_back");
  if (record_.stage == UpdateRecord::Stage::ordered && record_.version > config_.firmware_version) {
    return enter(State::manifest, "resumed");
  }
  if (record_.stage != UpdateRecord::Stage::none) forget();
}

const char* Update::order(uint32_t version) {
  if (updater_ == nullptr || verifier_ == nullptr || config_.update_url.empty()) {
    return "this meter takes no updates";
  }
  if (version <= config_.firmware_version) return "not newer than what runs";
  if (state_ == State::trial || state_ == State::restarting) return "an update is on trial";
  if (state_ != State::idle && record_.version == version) return "ok";
  UpdateRecord ordered;
  ordered.stage = UpdateRecord::Stage::ordered;
  ordered.version = version;
  if (!write_update_record(stored_, ordered)) return kNotStored;
  record_ = ordered;
  stale_ = asking_;
  meter_.signal(AlertKind::update_failed, false);
  backoff_.succeeded();
  retry_at_ms_ = 0;
  enter(State::manifest, "ordered");
  return "ok";
}

Update::Ask Update::wants(uint64_t now_ms) const {
  if (now_ms < retry_at_ms_) return Ask::none;
  if (state_ == State::manifest) return Ask::manifest;
  return state_ == State::image ? Ask::image : Ask::none;
}

bool Update::compose(RequestText& text, Endpoint& endpoint, Range& range) {
  std::string_view prefix;
  if (!parse_url(config_.update_url, endpoint, prefix)) return false;
  text.target.clear();
  text.target.append(prefix);
  text.target.append('/');
  text.target.append(config_.board);
  text.target.append('/');
  text.target.append(Decimal::of(record_.version).view());
  text.target.append(state_ == State::image ? ".bin" : ".manifest");
  asked_at_ = offset_;
  asking_ = true;
  if (state_ == State::manifest) {
    manifest_.reset();
    manifest_progress_ = Progress::awaiting;
  } else {
    const uint32_t left = manifest_.release().size_bytes - offset_;
    range = {offset_, left < kRangeBytes ? left : kRangeBytes};
  }
  return text.target.whole();
}

void Update::on_body(std::string_view slice) {
  if (stale_) return;
  if (state_ == State::manifest) {
    manifest_progress_ = manifest_.feed(slice);
  } else if (state_ == State::image) {
    take_image(slice);
  }
}

void Update::answered(int status) {
  const bool stale = stale_;
  asking_ = stale_ = false;
  if (stale) return;
  const bool success = status >= 200 && status <= 299;
  if (state_ == State::manifest && success) {
    return take_manifest(manifest_progress_ == Progress::done);
  }
  if (state_ != State::image && state_ != State::manifest) return;
  if (flash_failed_) return give_up("flash_not_written");
  if (offset_ > asked_at_) {
    backoff_.succeeded();
    if (offset_ == manifest_.release().size_bytes) {
      checked_ = 0;
      manifest_.spare_hash() = Sha256();
      enter(State::checking, "downloaded");
    }
    return;
  }
  retry_at_ms_ = clock_.monotonic_ms() + backoff_.next_ms();
  if (backoff_.failures() >= kMaxFailures) give_up("not_downloaded");
}

void Update::take_manifest(bool complete) {
  const Release& release = manifest_.release();
  if (!complete) return give_up("manifest_not_understood");
  if (!manifest_.genuine(*verifier_)) return give_up("bad_signature");
  if (release.board.view() != config_.board) return give_up("other_board");
  if (release.version != record_.version || release.version <= config_.firmware_version) {
    return give_up("other_version");
  }
  if (release.size_bytes > updater_->capacity()) return give_up("too_large");
  const bool same = record_.sha256 == release.sha256 && record_.offset < release.size_bytes;
  offset_ = same ? record_.offset : 0;
  record_.offset = offset_;
  record_.sha256 = release.sha256;
  flash_failed_ = false;
  backoff_.succeeded();
  enter(State::image, "manifest_proven");
}

void Update::take_image(std::string_view slice) {
  const uint32_t left = manifest_.release().size_bytes - offset_;
  slice = first(slice, left);
  if (flash_failed_ || slice.empty()) return;
  if (!updater_->write(offset_, reinterpret_cast<const uint8_t*>(slice.data()), slice.size())) {
    flash_failed_ = true;
    return;
  }
  offset_ += static_cast<uint32_t>(slice.size());
  const uint32_t surely = offset_ - offset_ % kKeepBytes;
  if (surely <= record_.offset) return;
  record_.offset = surely;
  keep(UpdateRecord::Stage::ordered);  // lost: the same bytes are fetched once more
  enter(State::image, "kept");
}

void Update::poll() {
  if (state_ == State::checking) check();
  if (state_ == State::arming) arm();
  if (state_ == State::trial) watch_trial();
}

// In portions, so that metering goes on.
void Update::check() {
  const uint32_t size = manifest_.release().size_bytes;
  uint8_t bytes[kCheckBytes];
  for (int i = 0; i < kChecksPerPoll && checked_ < size; ++i) {
    const size_t wanted = size - checked_ < sizeof bytes ? size - checked_ : sizeof bytes;
    if (updater_->read(checked_, bytes, wanted) != wanted) return give_up("flash_not_read");
    manifest_.spare_hash().update(bytes, wanted);
    checked_ += static_cast<uint32_t>(wanted);
  }
  if (checked_ < size) return;
  if (manifest_.spare_hash().finish() != manifest_.release().sha256) return give_up("bad_image");
  state_ = State::arming;
}

// The record first: should the power fail before boot_next(), the former image finds itself
// running and says that the update failed. It never tries the same image again by itself.
void Update::arm() {
  if (!meter_.commit()) return;  // tried again with the next poll
  record_.totals = totals_of(meter_.ledger());
  if (!keep(UpdateRecord::Stage::armed)) return give_up("not_stored");
  if (!updater_->boot_next()) return give_up("not_bootable");
  enter(State::restarting, "restarting");
}

void Update::watch_trial() {
  if (round_trip_ && meter_.self_check()) {
    if (!updater_->confirm()) return roll_back("not_confirmed");
    meter_.signal(AlertKind::update_failed, false);  // of an earlier try
    log_.event(
        Event("update").text("stage", "confirmed").number("version", config_.firmware_version));
    return forget();
  }
  if (clock_.monotonic_ms() - trial_since_ms_ >= config_.trial_ms) roll_back("no_round_trip");
}

void Update::roll_back(const char* reason) {
  state_ = State::idle;
  log_.event(Event("update").text("stage", "rolling_back").text("reason", reason));
  updater_->roll_back();
}

void Update::enter(State state, const char* name) {
  state_ = state;
  log_.event(Event("update")
                 .text("stage", name)
                 .number("version", record_.version)
                 .number("offset", offset_));
}

void Update::give_up(const char* reason) {
  log_.event(Event("update")
                 .text("stage", "failed")
                 .text("reason", reason)
                 .number("version", record_.version));
  meter_.signal(AlertKind::update_failed, true, record_.version);
  forget();
}

bool Update::keep(UpdateRecord::Stage stage) {
  record_.stage = stage;
  return write_update_record(stored_, record_);
}

void Update::forget() {
  record_ = UpdateRecord{};
  state_ = State::idle;
  offset_ = 0;
  write_update_record(stored_, record_);
}

}  // namespace meter
