// Who this meter is and how it reaches its server, as one record in two slots: a power cut at any
// byte leaves the former record. Holds secrets: nothing here is ever logged or shown.
#pragma once

#include <cstdint>
#include <string_view>

#include "twin_record.h"
#include "wishes.h"

namespace meter {

enum class SetupState : uint8_t {
  empty = 0,     // nothing is known
  claiming = 1,  // wishes and nonce are kept: the claim may already have been granted
  claimed = 2,   // the answer is kept, the server does not know it yet
  ready = 3,
};

struct Identity {
  Identity();

  FixedText<64> device_key;  // 64 hexadecimal digits
  FixedText<80> email;
  FixedText<80> password;
  FixedText<128> database_url;
  FixedText<64> database_namespace;
  FixedText<96> auth_url;
  FixedText<64> api_key;
  // Where the registers start at least: what was sold, and what was last reported.
  uint64_t credited_wh = 0;
  uint64_t withdrawn_wh = 0;
  uint64_t consumed_wh = 0;
  uint64_t sequence = 0;
};

struct Setup {
  Setup();

  SetupState state = SetupState::empty;
  Wishes wishes;
  FixedText<32> nonce;  // of the claim under way
  Identity identity;
};

class SetupStore {
 public:
  static constexpr size_t kMaxRecord = 1024;

  explicit SetupStore(IKeyValue& storage) : record_(storage, "setup") {}

  // The newest whole record; an empty one where there is none.
  void load(Setup& setup);
  // True only when the record is durable. After a failure the former one still stands.
  bool save(const Setup& setup);
  // Forgets everything, in both slots. The ledger is kept elsewhere and stays.
  bool forget();

 private:
  TwinRecord record_;
};

}  // namespace meter
