// Gathers the leaves of commands ("-Nc1/kind", "-Nc1/mac", ...) into commands.
#pragma once

#include <cstdint>

#include "command.h"
#include "leaf_reader.h"

namespace meter {

class ICommandSink {
 public:
  virtual void on_command(const Command& command) = 0;

 protected:
  ~ICommandSink() = default;
};

class CommandReader {
 public:
  explicit CommandReader(ICommandSink& sink) : sink_(sink) {}

  void begin();
  void leaf(const Leaf& leaf);
  // The document ended: hands on the last command. Incomplete ones are left out: they come again
  // with the next snapshot.
  void end();

 private:
  enum Field : uint8_t {
    kNone = 0,  // may be missing
    kKind = 1,
    kSequence = 2,
    kMac = 4,
    kComplete = kKind | kSequence | kMac,
  };

  void note(Field field, bool right);

  ICommandSink& sink_;
  Command command_;
  uint8_t seen_ = 0;
  bool wrong_ = false;
};

}  // namespace meter
