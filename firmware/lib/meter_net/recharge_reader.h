// Gathers the leaves of pending_recharge ("-Nx1/sequence", "-Nx1/mac", ...) into entries.
#pragma once

#include <cstdint>
#include <string_view>

#include "leaf_reader.h"
#include "recharge.h"

namespace meter {

// A part of an entry in the stream only hints that the whole should be read; in a snapshot it is
// wrong.
enum class RechargeSource { stream, snapshot };

class IRechargeSink {
 public:
  virtual void on_recharge(const RechargeEntry& entry) = 0;
  // An entry that lacks something or holds a wrong type.
  virtual void on_malformed_recharge(std::string_view transaction_id, RechargeSource source) = 0;

 protected:
  ~IRechargeSink() = default;
};

class RechargeReader {
 public:
  RechargeReader(IRechargeSink& sink, RechargeSource source) : sink_(sink), source_(source) {}

  void begin();
  void leaf(const Leaf& leaf);
  // The document ended: hands on the last entry.
  void end();

 private:
  enum Field : uint8_t {
    kSequence = 1 << 0,
    kEnergy = 1 << 1,
    kTotal = 1 << 2,
    kMac = 1 << 3,
    kProcessed = 1 << 4,
    kSigned = kSequence | kEnergy | kTotal | kMac,
    kComplete = kSigned | kProcessed,
  };

  void take(std::string_view field, const Leaf& leaf);
  void note(Field field, bool right);

  IRechargeSink& sink_;
  RechargeSource source_;
  RechargeEntry entry_;
  uint8_t seen_ = 0;
  bool wrong_ = false;
};

}  // namespace meter
