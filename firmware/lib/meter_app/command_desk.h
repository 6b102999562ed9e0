// Carries out signed commands: effect and command sequence become durable in one record, and only
// then is the result told. A command that comes again is told again, never done again.
#pragma once

#include <cstdint>
#include <string_view>

#include "command.h"
#include "command_reader.h"
#include "config.h"
#include "meter.h"
#include "ports.h"
#include "update.h"

namespace meter {

class CommandDesk final : public ICommandSink {
 public:
  struct Result {
    FixedText<64> command_id;
    const char* text = "";  // "ok" or why not
  };

  CommandDesk(const Config& config, Meter& meter, Update& update, IClock& clock, ILog& log)
      : config_(config), meter_(meter), update_(update), clock_(clock), log_(log) {}

  void on_command(const Command& command) override;

  // True once after a command was carried out: the registers may have changed.
  bool take_effect() {
    const bool effect = effect_;
    effect_ = false;
    return effect;
  }

  bool due() const { return count_ > 0; }
  const Result& oldest() const { return results_[0]; }
  void told();

  // True once when a command found no room and there is some again: the snapshot brings it back.
  bool take_reread() {
    const bool reread = reread_ && count_ == 0;
    if (reread) reread_ = false;
    return reread;
  }

  // A snapshot begins: it brings every command, in their order.
  void begin_snapshot() { first_left_ = UINT64_MAX; }

  // True once a reboot was commanded and its result told.
  bool reboot_due() const { return reboot_told_; }

 private:
  static constexpr size_t kMaxResults = 4;
  static constexpr uint8_t kMaxStoreTries = 3;  // of a setting, before a refusal is told

  const char* carry_out(const Command& command);
  const char* repeat(const Command& command);
  const char* set_policy(std::string_view arguments);
  const char* raise_totals(std::string_view arguments, bool withdrawal);
  const char* update_firmware(std::string_view arguments);
  const char* withdrawn_before(std::string_view arguments) const;
  const char* test_supply(std::string_view arguments);
  bool queued(std::string_view command_id) const;

  const Config& config_;
  Meter& meter_;
  Update& update_;
  IClock& clock_;
  ILog& log_;
  Result results_[kMaxResults];
  size_t count_ = 0;
  uint32_t refused_tag_ = 0;
  uint64_t first_left_ = UINT64_MAX;  // a command that has yet to come again; later ones wait
  uint8_t not_stored_ = 0;
  bool reread_ = false;
  bool effect_ = false;
  bool reboot_wanted_ = false;
  bool reboot_told_ = false;
};

}  // namespace meter
