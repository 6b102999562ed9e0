#include "command_reader.h"

namespace meter {

void CommandReader::begin() {
  command_ = Command{};
  seen_ = 0;
  wrong_ = false;
}

void CommandReader::leaf(const Leaf& leaf) {
  const size_t slash = leaf.path.find('/');
  const std::string_view id = leaf.path.substr(0, slash);
  if (id != command_.command_id.view()) {
    end();
    command_.command_id.assign(id);
  }
  if (slash == std::string_view::npos) return;
  const std::string_view field = leaf.path.substr(slash + 1);
  const bool text = leaf.kind == Leaf::Kind::string && leaf.whole;
  if (field == "kind") {
    seen_ |= kKind;
    wrong_ = wrong_ || !text || !command_.kind.assign(leaf.text);
  } else if (field == "arguments") {
    wrong_ = wrong_ || !text || !command_.arguments.assign(leaf.text);
  } else if (field == "sequence") {
    seen_ |= kSequence;
    const bool number = leaf.kind == Leaf::Kind::number && leaf.whole;
    wrong_ = wrong_ || !number || !parse_decimal(leaf.text, command_.sequence);
  } else if (field == "mac") {
    seen_ |= kMac;
    wrong_ = wrong_ || !text || !parse_hex(leaf.text, command_.mac);
  } else if (field == "done_at") {
    command_.done = leaf.kind != Leaf::Kind::null;
  }
}

void CommandReader::end() {
  if (seen_ == kComplete && !wrong_) sink_.on_command(command_);
  begin();
}

}  // namespace meter
