// A stream of database events, through to recharges and commands.
#include "command_reader.h"
#include "net_fakes.h"
#include "recharge_reader.h"
#include "rtdb_stream.h"
#include "split.h"

namespace {

class Everything final : public meter::IStreamListener,
                         public meter::IRechargeSink,
                         public meter::ICommandSink {
 public:
  Everything() : recharges_(*this, meter::RechargeSource::stream), commands_(*this) {
    recharges_.begin();
    commands_.begin();
  }

  void on_leaf(const meter::Leaf& leaf) override {
    seen_.on_leaf(leaf);
    recharges_.leaf(leaf);
    commands_.leaf(leaf);
  }
  void on_change(bool whole) override {
    seen_.on_change(whole);
    recharges_.end();
    commands_.end();
  }
  void on_keep_alive() override { seen_.on_keep_alive(); }
  void on_cancel(bool revoked) override { seen_.on_cancel(revoked); }
  void on_recharge(const meter::RechargeEntry& entry) override {
    seen_.text += "recharge " + std::string(entry.transaction_id.view()) + "\n";
  }
  void on_malformed_recharge(std::string_view id, meter::RechargeSource) override {
    seen_.text += "malformed " + std::string(id) + "\n";
  }
  void on_command(const meter::Command& command) override {
    seen_.text += "command " + std::string(command.command_id.view()) + "\n";
  }

  const std::string& text() const { return seen_.text; }

 private:
  meter::test::StreamText seen_;
  meter::RechargeReader recharges_;
  meter::CommandReader commands_;
};

std::string parse(std::string_view bytes, size_t slice) {
  Everything everything;
  meter::RtdbStream stream(everything);
  stream.reset();
  for (size_t at = 0; at < bytes.size(); at += slice) stream.on_body(bytes.substr(at, slice));
  return everything.text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  require_split_invariance(data, size, parse);
  return 0;
}
