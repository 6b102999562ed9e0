#include "setup_store.h"

#include "record.h"

namespace meter {
namespace {

constexpr std::string_view kSlots[2] = {"setup_a", "setup_b"};
constexpr uint8_t kLayout = 1;

// Numbers little-endian, texts with their length before them.
class Writer {
 public:
  explicit Writer(uint8_t* data) : data_(data) {}

  void number(uint64_t value, int bytes) {
    for (; bytes > 0; --bytes, value >>= 8) byte(static_cast<uint8_t>(value));
  }

  template <size_t Capacity>
  void text(const FixedText<Capacity>& text) {
    static_assert(Capacity <= 255, "the length is one byte");
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

  template <size_t Capacity>
  void text(FixedText<Capacity>& text) {
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

size_t encode(const Setup& setup, uint32_t generation, uint8_t* record) {
  Writer writer(record);
  writer.number(kLayout, 1);
  writer.number(generation, 4);
  writer.number(static_cast<uint8_t>(setup.state), 1);
  visit(writer, setup, [&writer](uint64_t value) { writer.number(value, 8); });
  writer.number(crc32(record, writer.size()), kSealBytes);
  return writer.size();
}

bool decode(const uint8_t* record, size_t size, Setup& setup, uint32_t& generation) {
  if (size <= kSealBytes) return false;
  Reader seal(record + size - kSealBytes, kSealBytes);
  if (seal.number(kSealBytes) != crc32(record, size - kSealBytes)) return false;
  Reader reader(record, size - kSealBytes);
  if (reader.number(1) != kLayout) return false;
  generation = static_cast<uint32_t>(reader.number(4));
  const uint64_t state = reader.number(1);
  if (state > static_cast<uint64_t>(SetupState::ready)) return false;
  setup.state = static_cast<SetupState>(state);
  visit(reader, setup, [&reader](uint64_t& value) { value = reader.number(8); });
  return reader.whole();
}

}  // namespace

void SetupStore::load(Setup& setup) {
  setup = Setup{};
  generation_ = 0;
  newest_ = 1;
  bool found = false;
  for (int slot = 0; slot < 2; ++slot) {
    uint8_t record[kMaxRecord];
    const size_t size = storage_.read(kSlots[slot], record, sizeof record);
    Setup candidate;
    uint32_t generation = 0;
    if (!decode(record, size, candidate, generation)) continue;
    if (found && generation <= generation_) continue;
    found = true;
    setup = candidate;
    generation_ = generation;
    newest_ = slot;
  }
}

bool SetupStore::save(const Setup& setup) {
  uint8_t record[kMaxRecord];
  uint8_t back[kMaxRecord];
  const int slot = 1 - newest_;
  const size_t size = encode(setup, generation_ + 1, record);
  if (!storage_.write(kSlots[slot], record, size)) return false;
  if (storage_.read(kSlots[slot], back, sizeof back) != size) return false;
  for (size_t i = 0; i < size; ++i) {
    if (record[i] != back[i]) return false;
  }
  newest_ = slot;
  ++generation_;
  return true;
}

// Twice, so that no slot keeps a secret.
bool SetupStore::forget() { return save(Setup{}) && save(Setup{}); }

}  // namespace meter
