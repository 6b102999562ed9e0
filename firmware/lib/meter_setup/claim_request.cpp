#include "claim_request.h"

#include "json_writer.h"
#include "sha256.h"

namespace meter {
namespace {

using Hex = FixedText<64>;

Hex hex_of(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  Hex hex;
  for (const uint8_t byte : digest) {
    hex.append(kDigits[byte >> 4]);
    hex.append(kDigits[byte & 15]);
  }
  return hex;
}

Digest hmac(std::string_view key, std::string_view message) {
  HmacSha256 mac(reinterpret_cast<const uint8_t*>(key.data()), key.size());
  mac.update(message);
  return mac.finish();
}

HmacSha256 keyed(const Digest& key) { return HmacSha256(key.data(), key.size()); }

// What is signed: fields with a '|' before each but the first.
void add(HmacSha256& mac, std::string_view field) {
  mac.update("|");
  mac.update(field);
}

bool begin(const Setup& setup, std::string_view path, RequestText& text, Endpoint& endpoint) {
  std::string_view prefix;
  text.target.clear();
  text.body.clear();
  if (!parse_url(setup.wishes.server.view(), endpoint, prefix)) return false;
  return text.target.append(path);
}

}  // namespace

bool compose_claim(const Setup& setup, const Label& label, RequestText& text, Endpoint& endpoint) {
  if (!begin(setup, "/claim", text, endpoint)) return false;
  HmacSha256 proof = keyed(hmac(label.secret.view(), "claim-proof"));
  proof.update("claim");
  add(proof, setup.wishes.meter_id.view());
  add(proof, setup.wishes.code.view());
  add(proof, label.hardware_id.view());
  add(proof, setup.nonce.view());
  JsonObject body(text.body);
  return body.text("meter_id", setup.wishes.meter_id.view())
      .text("code", setup.wishes.code.view())
      .text("hardware_id", label.hardware_id.view())
      .text("nonce", setup.nonce.view())
      .text("proof", hex_of(proof.finish()).view())
      .end();
}

bool compose_completion(const Setup& setup, RequestText& text, Endpoint& endpoint) {
  Digest key{};
  if (!begin(setup, "/claim/complete", text, endpoint)) return false;
  if (!parse_hex(setup.identity.device_key.view(), key)) return false;
  HmacSha256 proof = keyed(key);
  proof.update("claimed");
  add(proof, setup.wishes.meter_id.view());
  add(proof, setup.nonce.view());
  JsonObject body(text.body);
  return body.text("meter_id", setup.wishes.meter_id.view())
      .text("nonce", setup.nonce.view())
      .text("proof", hex_of(proof.finish()).view())
      .end();
}

IJsonHandler& ClaimAnswer::reader() {
  identity_ = Identity{};
  meter_id_.clear();
  mac_.clear();
  whole_ = true;
  leaves_.begin("");
  return leaves_;
}

bool ClaimAnswer::accept(std::string_view meter_id, std::string_view nonce,
                         Identity& identity) const {
  Digest key{};
  Digest told{};
  if (!whole_ || meter_id_.view() != meter_id || identity_.email.empty() ||
      identity_.password.empty() || identity_.database_url.empty() || identity_.api_key.empty() ||
      !parse_hex(identity_.device_key.view(), key) || !parse_hex(mac_.view(), told)) {
    return false;
  }
  HmacSha256 mac = keyed(key);
  mac.update("totals");
  add(mac, meter_id);
  add(mac, nonce);
  for (const uint64_t total :
       {identity_.credited_wh, identity_.withdrawn_wh, identity_.consumed_wh, identity_.sequence}) {
    add(mac, Decimal::of(total).view());
  }
  if (!equal_in_constant_time(mac.finish(), told)) return false;
  identity = identity_;
  return true;
}

void ClaimAnswer::on_leaf(const Leaf& leaf) {
  const auto text = [&](std::string_view path, Text& into) {
    if (leaf.path == path && leaf.kind == Leaf::Kind::string) whole_ = leaf.read(into) && whole_;
  };
  const auto number = [&](std::string_view path, uint64_t& into) {
    if (leaf.path == path) whole_ = leaf.read(into) && whole_;
  };
  text("meter_id", meter_id_);
  text("device_key", identity_.device_key);
  text("email", identity_.email);
  text("password", identity_.password);
  text("database_url", identity_.database_url);
  text("database_namespace", identity_.database_namespace);
  text("auth_url", identity_.auth_url);
  text("api_key", identity_.api_key);
  text("totals/mac", mac_);
  number("totals/credited_total_wh", identity_.credited_wh);
  number("totals/withdrawn_total_wh", identity_.withdrawn_wh);
  number("totals/consumed_total_wh", identity_.consumed_wh);
  number("totals/sequence", identity_.sequence);
}

}  // namespace meter
