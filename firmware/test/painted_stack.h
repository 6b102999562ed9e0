// Runs a step again and again on a stack of its own, painted before, so that the deepest use of it
// can be seen. Frames are this machine's: with 64-bit pointers they are larger than the board's.
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace meter::test {

class PaintedStack {
 public:
  explicit PaintedStack(std::function<void()> step)
      : step_(std::move(step)), stack_(kStackBytes, kPaint) {
    ::getcontext(&inside_);
    inside_.uc_stack.ss_sp = stack_.data();
    inside_.uc_stack.ss_size = stack_.size();
    starting = this;
    ::makecontext(&inside_, loop, 0);
    ::swapcontext(&outside_, &inside_);
  }
  PaintedStack(const PaintedStack&) = delete;
  PaintedStack& operator=(const PaintedStack&) = delete;

  void run() { ::swapcontext(&outside_, &inside_); }

  size_t most_used() const {
    const auto used =
        std::find_if(stack_.begin(), stack_.end(), [](uint8_t byte) { return byte != kPaint; });
    return static_cast<size_t>(stack_.end() - used);
  }

 private:
  static constexpr size_t kStackBytes = 1 << 18;
  static constexpr uint8_t kPaint = 0xa5;

  static void loop() {
    PaintedStack* const own = starting;
    for (;;) {
      ::swapcontext(&own->inside_, &own->outside_);
      own->step_();
    }
  }

  static inline PaintedStack* starting = nullptr;
  std::function<void()> step_;
  std::vector<uint8_t> stack_;
  ucontext_t inside_{};
  ucontext_t outside_{};
};

}  // namespace meter::test
