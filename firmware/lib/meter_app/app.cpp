#include "app.h"

namespace meter {

bool App::begin() {
  if (!update_.fit_to_start()) return false;
  const LoadResult loaded = meter_.begin();
  const Ledger& ledger = meter_.ledger();
  const std::string_view storage = loaded == LoadResult::restored  ? "restored"
                                   : loaded == LoadResult::fresh   ? "fresh"
                                   : loaded == LoadResult::damaged ? "damaged"
                                                                   : "foreign";
  log_.event(Event("started")
                 .text("meter_id", config_.meter_id)
                 .text("firmware", config_.firmware)
                 .text("storage", storage)
                 .number("sequence", ledger.sequence)
                 .number("credited_total_wh", static_cast<int64_t>(ledger.credited_wh))
                 .number("balance_wh", ledger.balance_wh())
                 .number("boot_count", ledger.boot_count));
  meter_.update_supply();
  panel_.begin();
  update_.begin();
  return cloud_.begin() && loaded != LoadResult::foreign;
}

void App::poll(bool network) {
  network_ = network;
  meter_.poll();
  update_.poll();
  if (network) cloud_.poll();
}

// Without a network the stream cannot learn that it has ended.
Link App::link() const {
  return {network_ && cloud_.online(), cloud_.rssi(), update_.restart_due()};
}

void App::stop() {
  meter_.commit();
  cloud_.stop();
}

}  // namespace meter
