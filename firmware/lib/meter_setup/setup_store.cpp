#include "setup_store.h"

namespace meter {
namespace {

constexpr uint8_t kLayout = 1;

// Numbers little-endian, texts with their length before them.
class Writer {
 public:
  explicit Writer(uint8_t* data) : data_(data) {}

  void number(uint64_t value, int bytes) {
    for (; bytes > 0; --bytes, value >>= 8) byte(static_cast<uint8_t>(value));
  }

  // Of at most 255 characters: the length is one byte.
  void text(const Text& text) {
    byte(static_cast<uint8_t>(text.size()));
    for (const char c : text.view()) byte(static_cast<uint8_t>(c));
  }

  size_t size() const { return size_; }

 private:
  void byte(uint8_t value) { data_[size_++] = value; }

  uint8_t* data_;
  size_t size_ = 0;
};

class Reader {
 public:
  Reader(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  uint64_t number(int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= static_cast<uint64_t>(byte()) << (8 * i);
    return value;
  }

  void text(Text& text) {
    text.clear();
    for (size_t left = byte(); left > 0; --left) text.append(static_cast<char>(byte()));
    whole_ = whole_ && text.whole();
  }

  bool whole() const { return whole_ && at_ == size_; }

 private:
  uint8_t byte() {
    if (at_ == size_) return whole_ = false, 0;
    return data_[at_++];
  }

  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
  bool whole_ = true;
};

// Every field in its order, for writing and for reading alike.
template <typename Archive, typename Of, typename Numbers>
void visit(Archive& archive, Of& setup, Numbers numbers) {
  archive.text(setup.wishes.wifi_ssid);
  archive.text(setup.wishes.wifi_password);
  archive.text(setup.wishes.meter_id);
  archive.text(setup.wishes.code);
  archive.text(setup.wishes.server);
  archive.text(setup.nonce);
  archive.text(setup.identity.device_key);
  archive.text(setup.identity.email);
  archive.text(setup.identity.password);
  archive.text(setup.identity.database_url);
  archive.text(setup.identity.database_namespace);
  archive.text(setup.identity.auth_url);
  archive.text(setup.identity.api_key);
  numbers(setup.identity.credited_wh);
  numbers(setup.identity.withdrawn_wh);
  numbers(setup.identity.consumed_wh);
  numbers(setup.identity.sequence);
}

size_t encode(const Setup& setup, uint8_t* record) {
  Writer writer(record);
  writer.number(kLayout, 1);
  writer.number(static_cast<uint8_t>(setup.state), 1);
  visit(writer, setup, [&writer](uint64_t value) { writer.number(value, 8); });
  return writer.size();
}

bool decode(const uint8_t* record, size_t size, Setup& setup) {
  Reader reader(record, size);
  if (reader.number(1) != kLayout) return false;
  const uint64_t state = reader.number(1);
  if (state > static_cast<uint64_t>(SetupState::ready)) return false;
  setup.state = static_cast<SetupState>(state);
  visit(reader, setup, [&reader](uint64_t& value) { value = reader.number(8); });
  return reader.whole();
}

}  // namespace

Identity::Identity() = default;
Setup::Setup() = default;

void SetupStore::load(Setup& setup) {
  uint8_t record[kMaxRecord];
  setup = Setup{};
  if (!decode(record, record_.load(record, sizeof record), setup)) setup = Setup{};
}

bool SetupStore::save(const Setup& setup) {
  uint8_t record[kMaxRecord];
  return record_.save(record, encode(setup, record));
}

// Twice, so that no slot keeps a secret.
bool SetupStore::forget() { return save(Setup{}) && save(Setup{}); }

}  // namespace meter
