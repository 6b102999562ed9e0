// The deepest stack of each thing that the board's loop does besides metering and talking, as one
// JSON object: an update from order to confirmation, with the proof of its signature, setting up,
// the portal's pages, the display. meter_day measures the rest of the loop. What the fakes behind
// the interfaces take (a log of strings, mainly) is in the numbers.
#include <cstdio>
#include <memory>

#include "ecdsa_verifier.h"
#include "painted_stack.h"
#include "portal.h"
#include "setup_fakes.h"
#include "setup_line.h"
#include "updating_board.h"

namespace {

using meter::test::PaintedStack;

// Says what the fake says, and takes as long a stack as the board's: it also checks the signature
// of RFC 6979, A.2.5 (P-256, SHA-256 of "sample").
class RealProof final : public meter::ISignatureVerifier {
 public:
  bool verify(const meter::Digest& digest, const uint8_t* signature, size_t size) override {
    EcdsaVerifier verifier;
    const bool real =
        verifier.begin(key_.data(), key_.size()) &&
        verifier.verify(meter::test::sha256_of("sample"), signature_.data(), signature_.size());
    return real && fake_.verify(digest, signature, size);
  }

 private:
  static std::vector<uint8_t> bytes_of(std::string_view hex) {
    std::vector<uint8_t> bytes(hex.size() / 2);
    meter::parse_hex(hex, bytes.data(), bytes.size());
    return bytes;
  }

  meter::test::FakeVerifier fake_;
  std::vector<uint8_t> key_ = bytes_of(
      "3059301306072a8648ce3d020106082a8648ce3d030107034200"
      "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
      "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
  std::vector<uint8_t> signature_ = bytes_of(
      "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
      "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
};

class PaintedUpdate final : public meter::test::UpdatingBoard {
 public:
  size_t most_used() {
    verifier = &proof_;
    cloud.lazy = true;
    boot();
    poll_until([this] { return online(); });
    order();
    poll_until([this] { return flash.confirmed; });
    return flash.confirmed ? stack_.most_used() : 0;
  }

 private:
  void poll_app() override { stack_.run(); }

  RealProof proof_;
  PaintedStack stack_{[this] { app->poll(); }};
};

size_t of_setting_up() {
  meter::test::Bench bench;
  bench.cloud.lazy = true;
  bench.start();
  bench.tell(meter::test::Bench::form());
  PaintedStack stack([&bench] { bench.board->poll(); });
  for (int i = 0; i < 2000 && !bench.board->finished(); ++i) {
    stack.run();
    bench.cloud.pump();
    bench.clock.now_ms += 50;
  }
  return bench.board->finished() ? stack.most_used() : 0;
}

class NoPage final : public meter::IPage {
 public:
  void write(std::string_view) override {}
};

size_t of_a_form() {
  meter::test::Bench bench;
  bench.start();
  meter::Portal portal(*bench.board, "192.168.4.1");
  meter::SetupLine line(*bench.board);
  meter::PortalRequest request;
  NoPage page;
  const std::string form = meter::test::Bench::form();
  const std::string posted =
      "POST / HTTP/1.1\r\nHost: 192.168.4.1\r\nContent-Length: " + std::to_string(form.size()) +
      "\r\n\r\n" + form;
  const std::string typed = "setup " + form + "\n";
  PaintedStack stack([&] {
    request.feed(posted);
    portal.answer(request, page);
    for (const char c : typed) line.take(c);
  });
  stack.run();
  return bench.board->phase() == meter::Provisioning::Phase::idle ? 0 : stack.most_used();
}

class NoDisplay final : public meter::IDisplay {
 public:
  bool show(size_t, const uint8_t (&)[kColumns]) override { return true; }
};

size_t of_the_display() {
  meter::test::Board board;
  board.boot();
  NoDisplay display;
  PaintedStack stack([&] {
    board.app->panel().press();
    board.app->panel().hold();
    board.app->draw(display);
    board.app->levels();
  });
  for (int page = 0; page < 8; ++page) stack.run();
  return stack.most_used();
}

}  // namespace

int main() {
  std::printf("{\"update\":%zu,\"setup\":%zu,\"form\":%zu,\"display\":%zu}\n",
              std::make_unique<PaintedUpdate>()->most_used(), of_setting_up(), of_a_form(),
              of_the_display());
  return 0;
}
