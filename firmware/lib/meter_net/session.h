// The device's own account: sign-in with password, refresh before the ID token ends.
#pragma once

#include <cstdint>
#include <string_view>

#include "connection.h"
#include "exchange.h"
#include "json_reader.h"
#include "text.h"

namespace meter {

struct Account {
  std::string_view auth_url;  // prefix of an emulator; empty for the real services
  std::string_view api_key;
  std::string_view email;
  std::string_view password;
};

class Session final : private IJsonHandler {
 public:
  explicit Session(const Account& account) : account_(account) {}

  bool signed_in() const { return !id_token_.empty(); }
  bool refresh_due(uint64_t now_ms) const { return signed_in() && now_ms >= refresh_at_ms_; }
  std::string_view id_token() const { return id_token_.view(); }

  // Writes the request for a new ID token: by refresh token when there is one, else by password.
  // False when the configured URL cannot be used.
  bool compose(RequestText& text, Endpoint& endpoint, bool& form);
  IJsonHandler& reader();

  // After a 2xx answer: false when it held no token.
  bool accept(uint64_t now_ms);

  // The refresh token was refused: the next request uses the password.
  void forget_refresh_token() { refresh_token_.clear(); }

  // The ID token was refused.
  void expire() { id_token_.clear(); }

 private:
  enum class Member { other, id_token, refresh_token, expires_in };

  bool compose_endpoint(std::string_view service, RequestText& text, Endpoint& endpoint);
  void on_begin(bool) override { ++depth_; }
  void on_end() override { --depth_; }
  void on_key(std::string_view key, bool whole) override;
  void on_string(std::string_view piece, bool last) override;
  void on_number(std::string_view text) override;
  void on_literal(JsonLiteral) override {}

  const Account& account_;
  FixedText<1408> id_token_;
  FixedText<512> refresh_token_;
  FixedText<12> expires_in_;
  uint64_t refresh_at_ms_ = 0;
  Member member_ = Member::other;
  int depth_ = 0;
};

}  // namespace meter
