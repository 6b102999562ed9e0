// What the portable core asks of its surroundings. Each interface is implemented three times:
// on the board (src/), on the host (host/) and by the tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace meter {

// Durable storage of small records. A write that returns true survives power loss; a write cut by
// power loss may leave the old value, the new one, a mixture, or nothing under the key.
class IKeyValue {
 public:
  // Bytes read, 0 when the key is absent, unreadable or larger than `capacity`.
  virtual size_t read(std::string_view key, uint8_t* data, size_t capacity) = 0;
  virtual bool write(std::string_view key, const uint8_t* data, size_t size) = 0;

 protected:
  ~IKeyValue() = default;
};

class IClock {
 public:
  virtual uint64_t monotonic_ms() = 0;
  // Milliseconds since 1970 UTC; 0 until the time is known.
  virtual int64_t epoch_ms() = 0;

 protected:
  ~IClock() = default;
};

struct EnergyReading {
  uint32_t energy_mwh = 0;  // since the previous reading
  uint32_t power_w = 0;
  bool more = false;  // the source holds more: read again before doing anything slow
};

class IEnergySource {
 public:
  virtual EnergyReading read() = 0;

 protected:
  ~IEnergySource() = default;
};

// The load switch: a latching relay.
class ISwitch {
 public:
  virtual void set(bool closed) = 0;

 protected:
  ~ISwitch() = default;
};

// The part of the flash that a new image is written to, and which image boots next.
class IUpdater {
 public:
  virtual uint32_t capacity() = 0;  // bytes of the slot that does not run
  // Into that slot. Offsets only grow, or begin again at a multiple of 64 KiB.
  virtual bool write(uint32_t offset, const uint8_t* data, size_t size) = 0;
  virtual size_t read(uint32_t offset, uint8_t* data, size_t size) = 0;
  // The slot written boots next, on trial: unless confirmed, the former image comes back.
  virtual bool boot_next() = 0;
  virtual bool on_trial() = 0;
  virtual bool confirm() = 0;
  // Gives this image up and restarts into the former one; returns only on a host.
  virtual void roll_back() = 0;

 protected:
  ~IUpdater() = default;
};

// 128 x 64 pixels of one bit, written by rows of eight.
class IDisplay {
 public:
  static constexpr size_t kColumns = 128;

  // `columns` from left to right, lowest bit on top. False: not taken, it comes again.
  virtual bool show(size_t row, const uint8_t (&columns)[kColumns]) = 0;

 protected:
  ~IDisplay() = default;
};

struct EventField {
  const char* name = "";
  std::string_view text;
  int64_t number = 0;
  bool is_number = false;
};

// One thing that happened, as a name and a few fields. Never carries keys, passwords or ID tokens.
class Event {
 public:
  static constexpr size_t kMaxFields = 8;

  // Names are literals.
  explicit Event(const char* name);

  Event& text(const char* name, std::string_view value);
  Event& text(const char* name, const char* value);
  Event& number(const char* name, int64_t value);

  const char* name() const { return name_; }
  const EventField* begin() const { return fields_; }
  const EventField* end() const { return fields_ + count_; }

 private:
  const char* name_;
  EventField fields_[kMaxFields];
  size_t count_ = 0;
};

class ILog {
 public:
  virtual void event(const Event& event) = 0;

 protected:
  ~ILog() = default;
};

}  // namespace meter
