#include "command_reader.h"

namespace meter {

void CommandReader::begin() {
  command_ = Command{};
  seen_ = 0;
  wrong_ = false;
}

void CommandReader::leaf(const Leaf& leaf) {
  std::string_view field = leaf.path;
  const std::string_view id = take_until(field, '/');
  if (id != command_.command_id.view()) {
    end();
    command_.command_id.assign(id);
  }
  if (same(field, "kind")) {
    note(kKind, leaf.read(command_.kind));
  } else if (same(field, "arguments")) {
    note(kNone, leaf.read(command_.arguments));
  } else if (same(field, "sequence")) {
    note(kSequence, leaf.read(command_.sequence));
  } else if (same(field, "mac")) {
    note(kMac, leaf.read(command_.mac));
  } else if (same(field, "done_at")) {
    command_.done = leaf.kind != Leaf::Kind::null;
  }
}

void CommandReader::note(Field field, bool right) {
  seen_ |= field;
  wrong_ = wrong_ || !right;
}

void CommandReader::end() {
  if (seen_ == kComplete && !wrong_) sink_.on_command(command_);
  begin();
}

}  // namespace meter
