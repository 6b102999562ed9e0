// What the device asks of the database: paths and bodies, and nothing else about HTTP.
#pragma once

#include <cstdint>
#include <string_view>

#include "config.h"
#include "connection.h"
#include "exchange.h"
#include "meter.h"
#include "recharge.h"

namespace meter {

struct DeviceStatus {
  bool online = true;
  int32_t rssi = 0;
};

class Requests {
 public:
  explicit Requests(const Config& config) : config_(config) {}

  // False when database_url cannot be used.
  bool begin();
  const Endpoint& database() const { return database_; }

  // Each writes target (and body) and answers whether it fitted.
  bool node(RequestText& text, std::string_view id_token) const;  // snapshot and stream alike

  // Registers and status in one multi-path update, and with them the acknowledgement of the oldest
  // entries of `book`, at most `count`; lowers `count` to what fitted. The server accepts an
  // acknowledgement only together with, or after, a reported sequence that covers it.
  bool report(RequestText& text, std::string_view id_token, const Meter& meter,
              const DeviceStatus& status, const RechargeBook& book, size_t& count) const;

  // One acknowledgement with nothing but the sequence, for when the server refused the whole.
  bool acknowledge_alone(RequestText& text, std::string_view id_token, const Meter& meter,
                         const RechargeBook& book) const;
  bool hour(RequestText& text, std::string_view id_token, const ClosedHour& hour) const;
  bool alert(RequestText& text, std::string_view id_token, const Alert& alert) const;
  bool command_result(RequestText& text, std::string_view id_token, std::string_view command_id,
                      const char* result) const;

 private:
  bool write_report(RequestText& text, const Meter& meter, const DeviceStatus& status,
                    const RechargeBook& book, size_t count) const;
  void begin_target(RequestText& text, const char* root) const;
  bool end_target(RequestText& text, std::string_view id_token, bool silent) const;

  const Config& config_;
  Endpoint database_;
  std::string_view prefix_;
};

// "2026-11-21/07": day and hour in East Africa Time (UTC+3, no daylight saving).
FixedText<16> history_key(uint32_t hour);

}  // namespace meter
