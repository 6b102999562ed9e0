#include "setup_site.h"

#include <Preferences.h>
#include <WiFi.h>
#include <esp_mac.h>
#include <esp_random.h>

#include "text.h"

namespace {

constexpr char kAddress[] = "192.168.4.1";  // the core's own default for an access point
constexpr uint16_t kPort = 80;
constexpr uint16_t kNamesPort = 53;

meter::Provisioning::Options options() {
  meter::Provisioning::Options options;
  options.server = METER_SERVER;
  options.random_seed = esp_random();
  return options;
}

class ClientPage final : public meter::IPage {
 public:
  explicit ClientPage(NetworkClient& client) : client_(client) {}
  void write(std::string_view text) override {
    client_.write(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }

 private:
  NetworkClient& client_;
};

// "meter-D3E4F5": the end of the number on the label.
meter::FixedText<16> network_name(const meter::Label& label) {
  meter::FixedText<16> name("meter-");
  name.append(label.hardware_id.view().substr(6));
  return name;
}

}  // namespace

SetupSite::SetupSite(meter::IClock& clock, meter::IConnection& connection, meter::ILog& log)
    : clock_(clock),
      storage_("setup"),
      provisioning_(label_, options(), {storage_, clock, network_, connection, chance_, log}),
      portal_(provisioning_, kAddress),
      line_(provisioning_),
      server_(kPort) {}

bool SetupSite::begin() {
  read_label();
  if (!storage_.begin()) return false;
  was_ready_ = provisioning_.begin();
  return was_ready_;
}

void SetupSite::open() {
  if (open_) return;
  open_ = true;
  tried_ = false;
  opened_at_ms_ = clock_.monotonic_ms();
  finished_at_ms_ = 0;
  WiFi.persistent(false);
  WiFi.mode(WIFI_AP_STA);
  // Without a label nobody could be told a password: then there is only the serial line.
  if (label_.secret.empty()) return;
  WiFi.softAP(network_name(label_).c_str(), label_.secret.c_str());
  names_.start(kNamesPort, "*", WiFi.softAPIP());
  server_.begin();
}

void SetupSite::poll() {
  if (!open_) return;
  names_.processNextRequest();
  serve();
  listen_to_serial();
  provisioning_.poll();
  const uint64_t now = clock_.monotonic_ms();
  if (was_ready_ && !provisioning_.ready()) restart_due_ = true;  // it was told to forget
  if (!provisioning_.finished()) tried_ = true;
  const bool done = provisioning_.finished() && tried_;
  if (!done) {
    finished_at_ms_ = 0;
    if (was_ready_ && now - opened_at_ms_ >= kOpenMs) close();
    return;
  }
  if (finished_at_ms_ == 0) finished_at_ms_ = now;
  if (now - finished_at_ms_ >= kShowMs) restart_due_ = true;
}

void SetupSite::forget() {
  provisioning_.forget();
  restart_due_ = true;
}

void SetupSite::read_label() {
  uint8_t mac[6] = {};
  esp_read_mac(mac, ESP_MAC_EFUSE_FACTORY);
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const uint8_t byte : mac) {
    label_.hardware_id.append(kDigits[byte >> 4]);
    label_.hardware_id.append(kDigits[byte & 15]);
  }
  Preferences stored;
  if (!stored.begin("label", true)) return;
  char secret[meter::kLabelSecretCharacters + 1] = {};
  stored.getString("secret", secret, sizeof secret);
  stored.end();
  meter::read_typed(secret, meter::kLabelSecretCharacters, label_.secret);
}

void SetupSite::serve() {
  const uint64_t now = clock_.monotonic_ms();
  if (!client_.connected()) {
    client_ = server_.accept();
    if (!client_.connected()) return;
    request_.reset();
    asked_at_ms_ = now;
  }
  uint8_t bytes[256];
  const int count = client_.available() > 0 ? client_.read(bytes, sizeof bytes) : 0;
  if (count <= 0) {
    if (now - asked_at_ms_ >= kPatienceMs) client_.stop();
    return;
  }
  const std::string_view slice(reinterpret_cast<const char*>(bytes), static_cast<size_t>(count));
  if (request_.feed(slice) == meter::Progress::awaiting) return;
  ClientPage page(client_);
  portal_.answer(request_, page);
  client_.stop();
}

void SetupSite::listen_to_serial() {
  while (Serial.available() > 0) {
    const std::string_view answer = line_.take(static_cast<char>(Serial.read()));
    if (answer.empty()) continue;
    Serial.write(reinterpret_cast<const uint8_t*>(answer.data()), answer.size());
    Serial.write('\n');
  }
}

void SetupSite::close() {
  open_ = false;
  client_.stop();
  server_.end();
  names_.stop();
  WiFi.softAPdisconnect(true);
  WiFi.mode(WIFI_STA);
}

void SetupSite::StationNetwork::join(std::string_view ssid, std::string_view password) {
  const meter::FixedText<32> name(ssid);
  const meter::FixedText<64> word(password);
  WiFi.disconnect();
  WiFi.begin(name.c_str(), word.empty() ? nullptr : word.c_str());
}

meter::INetwork::State SetupSite::StationNetwork::state() {
  return WiFi.status() == WL_CONNECTED ? State::up : State::down;
}

void SetupSite::RadioChance::fill(uint8_t* bytes, size_t size) { esp_fill_random(bytes, size); }
