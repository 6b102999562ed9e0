// A board with two slots for its firmware, and a server of releases.
#pragma once

#include <gtest/gtest.h>

#include "board.h"
#include "release_fakes.h"

namespace meter::test {

constexpr uint32_t kRunning = 5;
constexpr uint32_t kNew = 6;

inline std::string image_of(size_t size) {
  std::string image;
  uint32_t random = 1;
  for (size_t i = 0; i < size; ++i) {
    random = random * 1664525 + 1013904223;
    image += static_cast<char>(random >> 24);
  }
  return image;
}

class UpdatingBoard : public Board {
 public:
  virtual ~UpdatingBoard() = default;
  UpdatingBoard() {
    updater = &flash;
    verifier = &signatures;
    config.board = "esp32";
    config.update_url = "http://127.0.0.1:8080/releases";
    config.firmware_version = kRunning;
    cloud.answer = [this](const Request& request) { return serve(request); };
    publish(kNew, image_of(150000));
  }

  void publish(uint32_t version, const std::string& bytes) {
    image = bytes;
    manifest = test::manifest({"esp32", version, bytes});
  }

  // Like the boot loader, then the App of whichever image runs.
  void restart() {
    config.firmware_version = flash.restart() ? kNew : kRunning;
    Board::boot();
  }

  void poll(uint64_t step_ms = 50) {
    poll_app();
    cloud.pump();
    clock.now_ms += step_ms;
    if (app->restart_due() || flash.rolled_back) restart();
  }

  template <typename Condition>
  bool poll_until(Condition condition, int polls = 5000) {
    for (int i = 0; i < polls; ++i) {
      poll();
      if (condition()) return true;
    }
    return false;
  }

  void come_online() {
    Board::boot();
    ASSERT_TRUE(poll_until([this] { return online() && log.count("reported") > 0; }));
  }

  void order(uint32_t version = kNew) {
    ++commands;
    cloud.command("-U" + std::to_string(commands), "update_firmware",
                  "version=" + std::to_string(version), commands);
  }

  std::string result() {
    return cloud.meter()["commands"]["-U" + std::to_string(commands)].value("result", "");
  }
  bool failed_alert() { return app->meter().alerts().raised(AlertKind::update_failed); }
  bool idle() { return app->cloud().online() && !flash.trial && log.last("update") != nullptr; }
  std::string stage() {
    const auto* last = log.last("update");
    return last == nullptr ? "" : last->texts.at("stage");
  }

  std::string serve(const Request& request) {
    if (request.path.find("/releases/") != 0) return "";
    ++asked;
    if (request.path == "/releases/esp32/6.manifest") return answer(200, manifest);
    if (request.path != "/releases/esp32/6.bin") return answer(404, "");
    const auto range = request.headers.find("Range");
    if (range == request.headers.end() || ignore_ranges) return answer(200, image);
    const size_t from = std::stoul(range->second.substr(6));
    const size_t to = std::stoul(range->second.substr(range->second.find('-') + 1));
    return answer(206, image.substr(from, to - from + 1));
  }

  static std::string answer(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  virtual void poll_app() { app->poll(); }

  FakeUpdater flash;
  FakeVerifier signatures;
  std::string image;
  std::string manifest;
  bool ignore_ranges = false;
  uint32_t commands = 0;
  size_t asked = 0;
};

}  // namespace meter::test
