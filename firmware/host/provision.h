// metersim as a board without settings: the same state machine as on the board behind a portal on a
// port of this machine, and behind lines on standard input.
#pragma once

#include <csignal>

#include "config.h"
#include "options.h"
#include "ports.h"
#include "provisioning.h"

namespace meter {

// Returns when the board has become a meter, with what it was given in `options` and `claimed`;
// false when it was stopped before, or cannot listen.
bool provision(Options& options, IKeyValue& storage, IClock& clock, ILog& log,
               const volatile std::sig_atomic_t& stop, Registers& claimed);

}  // namespace meter
