// The portal: bounded requests, one form, and nobody else's pages.
#include "portal.h"

#include <gtest/gtest.h>

#include "setup_fakes.h"

namespace meter {
namespace {

using test::Bench;

constexpr char kAddress[] = "192.168.4.1";

struct PageText final : IPage {
  void write(std::string_view piece) override { text += piece; }
  std::string text;
};

Progress feed(PortalRequest& request, const std::string& bytes, size_t slice = SIZE_MAX) {
  Progress progress = Progress::awaiting;
  for (size_t at = 0; at < bytes.size() && progress == Progress::awaiting;) {
    const std::string piece = bytes.substr(at, slice);
    progress = request.feed(piece);
    at += piece.size();
  }
  return progress;
}

std::string answer(Bench& bench, const std::string& bytes, size_t slice = SIZE_MAX) {
  PortalRequest request;
  EXPECT_NE(feed(request, bytes, slice), Progress::awaiting) << bytes;
  Portal portal(*bench.board, kAddress);
  PageText page;
  portal.answer(request, page);
  return page.text;
}

std::string get(const std::string& path, const std::string& host = kAddress) {
  return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

std::string post(const std::string& form, const std::string& host = kAddress) {
  return "POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + std::to_string(form.size()) +
         "\r\n\r\n" + form;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\r')); }

TEST(Portal, ShowsAFormAndTakesWhatIsTyped) {
  Bench bench;
  bench.start();
  EXPECT_NE(answer(bench, get("/")).find("<form"), std::string::npos);
  const std::string taken = answer(bench, post(Bench::form()));
  EXPECT_EQ(first_line(taken), "HTTP/1.1 202 Accepted");
  bench.run(60000);
  EXPECT_NE(answer(bench, get("/status")).find(R"({"state":"ready","problem":""})"),
            std::string::npos);
}

TEST(Portal, NeverShowsWhatWasTyped) {
  Bench bench;
  bench.start();
  const std::string pages =
      answer(bench, post(Bench::form())) + answer(bench, get("/")) + answer(bench, get("/status"));
  for (const char* secret : {"good", test::kCode, "House", "mtr-001"}) {
    EXPECT_EQ(pages.find(secret), std::string::npos) << secret;
  }
}

TEST(Portal, SaysInTwoLanguagesWhatIsWrong) {
  Bench bench;
  bench.start();
  const std::string page = answer(bench, post("ssid=House&meter_id=MTR-001&code=7ZK4M"));
  EXPECT_EQ(first_line(page), "HTTP/1.1 400 Bad Request");
  EXPECT_NE(page.find("mistyped"), std::string::npos);
  EXPECT_NE(page.find("imekosewa"), std::string::npos);
  EXPECT_EQ(bench.board->phase(), Provisioning::Phase::idle);
}

TEST(Portal, SendsEveryOtherHostAndPathToItsForm) {
  Bench bench;
  bench.start();
  for (const std::string& request :
       {get("/generate_204", "connectivitycheck.gstatic.com"), get("/hotspot-detect.html"),
        get("/", "evil.example"), post(Bench::form(), "evil.example"), get("/", "")}) {
    const std::string redirect = answer(bench, request);
    EXPECT_EQ(first_line(redirect), "HTTP/1.1 302 Found");
    EXPECT_NE(redirect.find("Location: http://192.168.4.1/\r\n"), std::string::npos);
  }
  EXPECT_EQ(bench.board->phase(), Provisioning::Phase::idle);
}

TEST(PortalRequest, ReadsTheSameInAnySlices) {
  for (size_t slice = 1; slice < 40; ++slice) {
    Bench bench;
    bench.start();
    EXPECT_EQ(first_line(answer(bench, post(Bench::form()), slice)), "HTTP/1.1 202 Accepted");
  }
}

TEST(PortalRequest, IsBounded) {
  const std::pair<std::string, int> cases[] = {
      {"GET /" + std::string(200, 'x') + " HTTP/1.1\r\n\r\n", 414},
      {"GET /" + std::string(120, 'x') + " HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nX: " + std::string(5000, 'x') + "\r\n\r\n", 431},
      {"POST / HTTP/1.1\r\nContent-Length: 601\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
      {"POST / HTTP/1.1\r\n\r\n", 411},
      {"PUT / HTTP/1.1\r\n\r\n", 405},
      {"GET http://192.168.4.1/ HTTP/1.1\r\n\r\n", 400},
      {"GET\r\n", 400},
      {"GET / SPDY/3\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: " + std::string(80, 'x') + "\r\n\r\n", 400},
  };
  for (const auto& [bytes, status] : cases) {
    PortalRequest request;
    EXPECT_EQ(feed(request, bytes), Progress::error) << bytes.substr(0, 60);
    EXPECT_EQ(request.status(), status) << bytes.substr(0, 60);
    Bench bench;
    bench.start();
    EXPECT_EQ(answer(bench, bytes).substr(9, 3), std::to_string(status));
  }
}

TEST(PortalRequest, WaitsForTheWholeBody) {
  PortalRequest request;
  const std::string whole = post("ssid=House");
  EXPECT_EQ(feed(request, whole.substr(0, whole.size() - 1)), Progress::awaiting);
  EXPECT_EQ(feed(request, whole.substr(whole.size() - 1)), Progress::done);
  EXPECT_EQ(request.body(), "ssid=House");
}

}  // namespace
}  // namespace meter
