#include "session.h"

#include "json_writer.h"

namespace meter {
namespace {

constexpr std::string_view kSignInService = "identitytoolkit.googleapis.com";
constexpr std::string_view kRefreshService = "securetoken.googleapis.com";
constexpr uint64_t kDefaultLifetimeS = 3600;
constexpr uint64_t kMaxLifetimeS = 24 * 3600;

}  // namespace

bool Session::compose(RequestText& text, Endpoint& endpoint, bool& form) {
  form = !refresh_token_.empty();
  text.body.clear();
  if (!compose_endpoint(form ? kRefreshService : kSignInService, text, endpoint)) return false;
  text.target.append(form ? "/v1/token?key=" : "/v1/accounts:signInWithPassword?key=");
  text.target.append(account_.api_key);
  if (form) {
    text.body.append("grant_type=refresh_token&refresh_token=");
    text.body.append(refresh_token_.view());
    return text.body.whole() && text.target.whole();
  }
  JsonObject body(text.body);
  body.text("email", account_.email).text("password", account_.password);
  return body.boolean("returnSecureToken", true).end() && text.target.whole();
}

bool Session::compose_endpoint(std::string_view service, RequestText& text, Endpoint& endpoint) {
  text.target.clear();
  if (account_.auth_url.empty()) {
    endpoint.tls = true;
    endpoint.port = 443;
    return endpoint.host.assign(service);
  }
  std::string_view prefix;
  if (!parse_url(account_.auth_url, endpoint, prefix)) return false;
  if (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
  text.target.append(prefix);
  text.target.append('/');
  text.target.append(service);
  return true;
}

IJsonHandler& Session::reader() {
  member_ = Member::other;
  depth_ = 0;
  return *this;
}

bool Session::accept(uint64_t now_ms) {
  if (id_token_.empty() || !id_token_.whole()) {
    id_token_.clear();
    return false;
  }
  if (!refresh_token_.whole()) refresh_token_.clear();
  uint64_t lifetime_s = 0;
  if (!parse_decimal(expires_in_.view(), lifetime_s) || lifetime_s == 0) {
    lifetime_s = kDefaultLifetimeS;
  }
  if (lifetime_s > kMaxLifetimeS) lifetime_s = kMaxLifetimeS;
  refresh_at_ms_ = now_ms + static_cast<uint32_t>(lifetime_s) * 1000 / 6 * 5;
  return true;
}

// Sign-in answers in camelCase, refresh in snake_case.
void Session::on_key(std::string_view key, bool) {
  member_ = Member::other;
  if (depth_ != 1) return;
  if (same(key, "idToken") || same(key, "id_token")) {
    member_ = Member::id_token;
    id_token_.clear();
  } else if (same(key, "refreshToken") || same(key, "refresh_token")) {
    member_ = Member::refresh_token;
    refresh_token_.clear();
  } else if (same(key, "expiresIn") || same(key, "expires_in")) {
    member_ = Member::expires_in;
    expires_in_.clear();
  }
}

void Session::on_string(std::string_view piece, bool) {
  if (member_ == Member::id_token) id_token_.append(piece);
  if (member_ == Member::refresh_token) refresh_token_.append(piece);
  if (member_ == Member::expires_in) expires_in_.append(piece);
}

void Session::on_number(std::string_view text) { on_string(text, true); }

}  // namespace meter
