#include "command_desk.h"

#include "policy_store.h"

namespace meter {
namespace {

constexpr uint64_t kMaxTestSupplyS = 3600;

}  // namespace

void CommandDesk::on_command(const Command& command) {
  if (command.done || queued(command.command_id.view())) return;
  const std::string_view id = command.command_id.view();
  if (!authentic(config_.device_key, config_.meter_id, command)) {
    if (meter_tag(id) == refused_tag_) return;
    refused_tag_ = meter_tag(id);
    log_.event(Event("command_refused").text("command_id", id).text("reason", "bad_mac"));
    return;
  }
  Ledger& ledger = meter_.ledger();
  const bool fresh = command.sequence > ledger.command_sequence;
  if (command.sequence > first_left_) return;
  if (count_ == kMaxResults) {
    reread_ = true;
    if (fresh) first_left_ = command.sequence;
    return;
  }
  const char* result = fresh ? carry_out(command) : repeat(command);
  if (same(result, Update::kNotStored) && ++not_stored_ < kMaxStoreTries) {
    if (fresh) first_left_ = command.sequence;  // it comes again with the next snapshot
    return;
  }
  not_stored_ = 0;
  if (fresh) {
    if (command.sequence == first_left_) first_left_ = UINT64_MAX;
    ledger.command_sequence = static_cast<uint32_t>(command.sequence);
    meter_.update_supply();
    effect_ = true;
  }
  if (!meter_.commit()) return;  // so does this
  log_.event(Event("command")
                 .text("command_id", id)
                 .text("kind", command.kind.view())
                 .text("result", result));
  results_[count_++] = {command.command_id, result};
}

const char* CommandDesk::carry_out(const Command& command) {
  const std::string_view kind = command.kind.view();
  const std::string_view arguments = command.arguments.view();
  if (same(kind, "connect")) return meter_.hold_supply(false), "ok";
  if (same(kind, "disconnect")) return meter_.hold_supply(true), "ok";
  if (same(kind, "test_supply")) return test_supply(arguments);
  if (same(kind, "set_tariff_zone")) return set_policy(arguments);
  if (same(kind, "withdraw")) return raise_totals(arguments, true);
  if (same(kind, "restore")) return raise_totals(arguments, false);
  if (same(kind, "update_firmware")) return update_firmware(arguments);
  if (same(kind, "reboot")) return reboot_wanted_ = true, "ok";
  return "unknown kind";
}

// Its answer was lost. What may be done again is, for the same answer; of the rest only what cannot
// have been refused is said to be done.
const char* CommandDesk::repeat(const Command& command) {
  const std::string_view kind = command.kind.view();
  if (same(kind, "withdraw")) return withdrawn_before(command.arguments.view());
  const bool latest = command.sequence == meter_.ledger().command_sequence;
  if (same(kind, "restore") || (latest && same(kind, "set_tariff_zone"))) return carry_out(command);
  const bool sure = same(kind, "connect") || same(kind, "disconnect") || same(kind, "reboot");
  return sure ? "ok" : "answer lost";
}

const char* CommandDesk::set_policy(std::string_view arguments) {
  SupplyPolicy policy = meter_.policy();
  Arguments pairs(arguments);
  std::string_view name;
  uint64_t value = 0;
  while (pairs.next(name, value)) {
    if (!set_policy_number(policy, name, value)) return "argument not known or too large";
  }
  if (pairs.broken()) return "arguments not understood";
  return meter_.set_policy(policy) ? "ok" : Update::kNotStored;
}

// Totals only grow, whatever the command says.
const char* CommandDesk::raise_totals(std::string_view arguments, bool withdrawal) {
  Registers totals;
  Arguments pairs(arguments);
  std::string_view name;
  uint64_t value = 0;
  while (pairs.next(name, value)) {
    if (same(name, "withdrawn_total_wh")) {
      totals.withdrawn_wh = value;
    } else if (withdrawal) {
      return "argument not known";
    } else if (same(name, "credited_total_wh")) {
      totals.credited_wh = value;
    } else if (same(name, "consumed_total_wh")) {
      totals.consumed_wh = value;
    } else if (same(name, "sequence")) {
      totals.sequence = value;
    } else {
      return "argument not known";
    }
  }
  if (pairs.broken()) return "arguments not understood";
  if (totals.withdrawn_wh > meter_.ledger().credited_wh &&
      totals.withdrawn_wh > totals.credited_wh) {
    return "more withdrawn than ever credited";
  }
  const Ledger& ledger = meter_.ledger();
  const bool raises = totals.withdrawn_wh > ledger.withdrawn_wh;
  if (withdrawal && raises && totals.withdrawn_wh + ledger.consumed_wh > ledger.credited_wh) {
    return "already used";
  }
  meter_.raise(totals);
  return "ok";
}

// Money leaves on this word, so a refusal whose telling was lost must not become an "ok".
const char* CommandDesk::withdrawn_before(std::string_view arguments) const {
  Arguments pairs(arguments);
  std::string_view name;
  uint64_t total_wh = 0;
  const bool known = pairs.next(name, total_wh) && same(name, "withdrawn_total_wh");
  return known && meter_.ledger().withdrawn_wh >= total_wh ? "ok" : "not withdrawn";
}

const char* CommandDesk::test_supply(std::string_view arguments) {
  Arguments pairs(arguments);
  std::string_view name;
  uint64_t seconds = 0;
  if (!pairs.next(name, seconds) || !same(name, "seconds") || seconds == 0 ||
      seconds > kMaxTestSupplyS) {
    return "expected seconds=1..3600";
  }
  meter_.test_supply_until(clock_.monotonic_ms() + seconds * 1000);
  return "ok";
}

const char* CommandDesk::update_firmware(std::string_view arguments) {
  Arguments pairs(arguments);
  std::string_view name;
  uint64_t version = 0;
  if (!pairs.next(name, version) || !same(name, "version") || version > UINT32_MAX) {
    return "expected version=N";
  }
  return update_.order(static_cast<uint32_t>(version));
}

void CommandDesk::told() {
  for (size_t i = 1; i < count_; ++i) results_[i - 1] = results_[i];
  --count_;
  if (reboot_wanted_ && count_ == 0) reboot_told_ = true;
}

bool CommandDesk::queued(std::string_view command_id) const {
  for (size_t i = 0; i < count_; ++i) {
    if (results_[i].command_id.view() == command_id) return true;
  }
  return false;
}

}  // namespace meter
