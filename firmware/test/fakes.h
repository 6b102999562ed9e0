// Surroundings of the core for tests: they keep state and can fail like the real ones.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ports.h"
#include "sha256.h"

namespace meter::test {

class FakeClock final : public IClock {
 public:
  uint64_t monotonic_ms() override { return now_ms; }
  int64_t epoch_ms() override { return epoch_known ? kStart + static_cast<int64_t>(now_ms) : 0; }

  static constexpr int64_t kStart = 1795250000000;  // 2026-11-21
  uint64_t now_ms = 1;
  bool epoch_known = true;
};

// What a write cut by power loss leaves behind.
enum class Tear { old_tail, erased_tail, zero_tail, truncated, key_lost, complete };
constexpr Tear kAllTears[] = {Tear::old_tail,  Tear::erased_tail, Tear::zero_tail,
                              Tear::truncated, Tear::key_lost,    Tear::complete};

// Storage that loses power at a chosen write; afterwards it takes nothing until power_on().
class FakeStorage final : public IKeyValue {
 public:
  size_t read(std::string_view key, uint8_t* data, size_t capacity) override {
    const auto found = values.find(std::string(key));
    if (found == values.end() || found->second.size() > capacity) return 0;
    std::copy(found->second.begin(), found->second.end(), data);
    return found->second.size();
  }

  bool write(std::string_view key, const uint8_t* data, size_t size) override {
    if (dead) return false;
    ++writes;
    if (keep_sizes) sizes.push_back(size);
    std::vector<uint8_t> fresh(data, data + size);
    if (corrupt_writes) fresh[size / 2] ^= 0x10;
    if (writes != cut_at_write) {
      values[std::string(key)] = fresh;
      return !refuse_writes;
    }
    dead = true;
    tear(std::string(key), fresh);
    if (on_cut) on_cut();
    return false;
  }

  void cut(size_t write, size_t byte, Tear mode) {
    writes = 0;
    cut_at_write = write;
    cut_at_byte = byte;
    tear_mode = mode;
  }

  void power_on() {
    dead = false;
    cut_at_write = 0;
  }

  std::map<std::string, std::vector<uint8_t>> values;
  size_t writes = 0;
  std::vector<size_t> sizes;  // of each write, with `keep_sizes`
  bool keep_sizes = false;
  std::function<void()> on_cut;  // what else ends with the power
  bool dead = false;
  bool refuse_writes = false;
  bool corrupt_writes = false;  // worn flash: says yes, holds something else

 private:
  void tear(const std::string& key, const std::vector<uint8_t>& fresh) {
    std::vector<uint8_t>& slot = values[key];
    std::vector<uint8_t> old = slot;
    old.resize(fresh.size(), 0xff);
    const size_t cut = std::min(cut_at_byte, fresh.size());
    slot.assign(fresh.begin(), fresh.begin() + static_cast<std::ptrdiff_t>(cut));
    switch (tear_mode) {
      case Tear::old_tail:
        slot.insert(slot.end(), old.begin() + static_cast<std::ptrdiff_t>(cut), old.end());
        break;
      case Tear::erased_tail:
        slot.resize(fresh.size(), 0xff);
        break;
      case Tear::zero_tail:
        slot.resize(fresh.size(), 0x00);
        break;
      case Tear::truncated:
        break;
      case Tear::key_lost:
        values.erase(key);
        break;
      case Tear::complete:
        slot = fresh;
        break;
    }
  }

  size_t cut_at_write = 0;
  size_t cut_at_byte = 0;
  Tear tear_mode = Tear::old_tail;
};

struct LoggedEvent {
  std::string name;
  std::map<std::string, std::string> texts;
  std::map<std::string, int64_t> numbers;
};

class FakeLog final : public ILog {
 public:
  void event(const Event& event) override {
    LoggedEvent logged;
    logged.name = event.name();
    for (const EventField& field : event) {
      if (field.is_number) {
        logged.numbers[std::string(field.name)] = field.number;
      } else {
        logged.texts[std::string(field.name)] = field.text;
      }
    }
    events.push_back(std::move(logged));
  }

  size_t count(const std::string& name) const {
    size_t n = 0;
    for (const auto& event : events) n += event.name == name ? 1 : 0;
    return n;
  }

  const LoggedEvent* last(const std::string& name) const {
    for (auto it = events.rbegin(); it != events.rend(); ++it) {
      if (it->name == name) return &*it;
    }
    return nullptr;
  }

  std::vector<LoggedEvent> events;
};

class FakeSwitch final : public ISwitch {
 public:
  void set(bool now_closed) override {
    closed = now_closed;
    ++movements;
  }
  bool closed = false;
  int movements = 0;
};

// Energy that a test hands out.
class FakeEnergy final : public IEnergySource {
 public:
  EnergyReading read() override {
    const EnergyReading reading{pending_mwh, power_w, false};
    pending_mwh = 0;
    return reading;
  }
  uint32_t pending_mwh = 0;
  uint32_t power_w = 0;
};

// `make check-deep` asks for every cut, not for a sample.
inline bool deep() { return std::getenv("METER_DEEP") != nullptr; }

inline Digest test_key() {
  Digest key{};
  for (size_t i = 0; i < key.size(); ++i) key[i] = static_cast<uint8_t>(7 * i + 3);
  return key;
}

}  // namespace meter::test
