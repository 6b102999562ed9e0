// Firmware update, started by the signed command `update_firmware` and by nothing else.
//
//   ordered -> manifest (signature, board, growing version) -> image, range by range -> read back
//   and hashed as a whole -> armed -> restart -> on trial -> confirmed | rolled back
//
// Each step is durable before the next begins, so a power cut anywhere resumes or falls back to
// the former image. After a restart the manifest is read and proven again: of what the flash
// remembers only the position is believed, and the hash over the whole image judges that.
#pragma once

#include <cstdint>
#include <string_view>

#include "backoff.h"
#include "config.h"
#include "exchange.h"
#include "meter.h"
#include "ports.h"
#include "release.h"
#include "twin_record.h"

namespace meter {

// What an order to update leaves in storage.
struct UpdateRecord {
  enum class Stage : uint8_t { none, ordered, armed };

  Stage stage = Stage::none;
  uint32_t version = 0;
  uint32_t offset = 0;  // bytes of the image surely written
  Digest sha256{};      // of the image they belong to
  Registers totals;     // of the ledger when the new image was armed
};

class Update final : public IBodySink {
 public:
  static constexpr uint32_t kRangeBytes = 32768;  // asked for at once
  static constexpr uint32_t kKeepBytes = 65536;   // position kept this often: 30 writes per image
  static constexpr uint32_t kMaxFailures = 20;    // in a row without a byte of progress

  // `updater` and `verifier` may be null: such a board cannot be updated.
  Update(const Config& config, IUpdater* updater, ISignatureVerifier* verifier, Meter& meter,
         IKeyValue& storage, IClock& clock, ILog& log);

  // Before anything is written: on trial, this image must read the ledger the former one left.
  // False when it does not; the former image is then on its way back.
  bool fit_to_start();

  // Takes up what was under way before the restart.
  void begin();

  static constexpr const char* kNotStored = "not stored";

  // Accepts an order, durably; otherwise says why not. The latest order replaces an earlier one.
  const char* order(uint32_t version);

  // What to ask the release server for next; compose() writes the request.
  enum class Ask { none, manifest, image };
  Ask wants(uint64_t now_ms) const;
  bool compose(RequestText& text, Endpoint& endpoint, Range& range);
  void on_body(std::string_view slice) override;
  // The request ended with an HTTP status; 0: without an answer.
  void answered(int status);

  void poll();
  void round_trip() { round_trip_ = true; }  // the server took a report

  bool restart_due() const { return state_ == State::restarting; }

 private:
  enum class State { idle, manifest, image, checking, arming, restarting, trial };

  void take_manifest(bool complete);
  void take_image(std::string_view slice);
  void check();
  void arm();
  void watch_trial();
  void roll_back(const char* reason);
  void enter(State state, const char* name);
  void give_up(const char* reason);
  bool keep(UpdateRecord::Stage stage);
  void forget();

  const Config& config_;
  IUpdater* updater_;
  ISignatureVerifier* verifier_;
  Meter& meter_;
  IKeyValue& storage_;
  IClock& clock_;
  ILog& log_;
  Backoff backoff_;
  ManifestReader manifest_;
  Progress manifest_progress_ = Progress::awaiting;
  TwinRecord stored_;
  UpdateRecord record_;
  State state_ = State::idle;
  uint32_t offset_ = 0;   // written so far
  uint32_t checked_ = 0;  // read back so far
  uint32_t asked_at_ = 0;
  bool asking_ = false;  // a request is under way
  bool stale_ = false;   // ... of an order that was replaced: its answer means nothing
  bool flash_failed_ = false;
  bool round_trip_ = false;
  uint64_t retry_at_ms_ = 0;
  uint64_t trial_since_ms_ = 0;
};

}  // namespace meter
