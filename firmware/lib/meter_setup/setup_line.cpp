#include "setup_line.h"

namespace meter {

std::string_view SetupLine::take(char c) {
  if (c == '\r') return {};
  if (c != '\n') {
    line_.append(c);
    return {};
  }
  answer_.clear();
  if (!line_.whole()) {
    say("refused", "line");
  } else if (!line_.empty()) {
    answer();
  }
  line_.clear();
  return answer_.view();
}

void SetupLine::answer() {
  constexpr char kSetup[] = "setup ";
  std::string_view line = line_.view();
  if (same(line, "status")) {
    say("state", name_of(provisioning_.phase()));
    if (provisioning_.problem().empty()) return;
    answer_.append(' ');
    answer_.append(provisioning_.problem());
  } else if (same(line, "reset")) {
    provisioning_.forget() ? say("forgotten", {}) : say("refused", "not_stored");
  } else if (take_prefix(line, kSetup)) {
    Wishes wishes;
    WishProblem problem = read_wishes(line, wishes);
    if (problem == WishProblem::none) problem = provisioning_.accept(wishes);
    problem == WishProblem::none ? say("accepted", {}) : say("refused", name_of(problem));
  } else {
    say("refused", "unknown");
  }
}

void SetupLine::say(std::string_view word, std::string_view why) {
  answer_.assign(word);
  if (why.empty()) return;
  answer_.append(' ');
  answer_.append(why);
}

}  // namespace meter
