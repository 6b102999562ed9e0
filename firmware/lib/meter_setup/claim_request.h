// The claim on the wire: what the board sends and what it is answered. docs/openapi.yaml,
// claimMeter and completeClaim.
#pragma once

#include <string_view>

#include "connection.h"
#include "exchange.h"
#include "leaf_reader.h"
#include "setup_store.h"

namespace meter {

struct Label {
  FixedText<12> hardware_id;  // 12 hexadecimal digits, capitals
  TypedSecret secret;
};

// POST {server}/claim; false when the server's address cannot be used or something did not fit.
bool compose_claim(const Setup& setup, const Label& label, RequestText& text, Endpoint& endpoint);

// POST {server}/claim/complete: proves with the device key that the answer is kept.
bool compose_completion(const Setup& setup, RequestText& text, Endpoint& endpoint);

// Gathers the answer to a claim.
class ClaimAnswer final : private ILeafListener {
 public:
  ClaimAnswer() : leaves_(*this) {}

  IJsonHandler& reader();
  // Whole, for this meter, and with totals that the key in it has signed for this nonce.
  bool accept(std::string_view meter_id, std::string_view nonce, Identity& identity) const;

 private:
  void on_leaf(const Leaf& leaf) override;

  LeafReader leaves_;
  Identity identity_;
  FixedText<12> meter_id_;
  FixedText<64> mac_;
  bool whole_ = true;
};

}  // namespace meter
