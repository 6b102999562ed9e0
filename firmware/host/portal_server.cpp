#include "portal_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace meter {
namespace {

constexpr uint64_t kPatienceMs = 5000;

struct PageText final : IPage {
  void write(std::string_view piece) override { text += piece; }
  std::string text;
};

}  // namespace

PortalServer::~PortalServer() {
  drop();
  if (listener_ >= 0) ::close(listener_);
}

bool PortalServer::begin(uint16_t port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 4) != 0) return false;
  ::getsockname(listener_, generic, &size);
  address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  return true;
}

void PortalServer::poll(Portal& portal) {
  if (client_ < 0) {
    client_ = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client_ < 0) return;
    request_.reset();
    until_ms_ = clock_.monotonic_ms() + kPatienceMs;
  }
  char bytes[512];
  const ssize_t count = ::recv(client_, bytes, sizeof bytes, 0);
  if (count == 0 || clock_.monotonic_ms() >= until_ms_) return drop();
  if (count < 0) return;
  if (request_.feed({bytes, static_cast<size_t>(count)}) == Progress::awaiting) return;
  PageText page;
  portal.answer(request_, page);
  // A page is far smaller than the socket's buffer.
  (void)::send(client_, page.text.data(), page.text.size(), MSG_NOSIGNAL);
  ::shutdown(client_, SHUT_WR);
  drop();
}

void PortalServer::drop() {
  if (client_ >= 0) ::close(client_);
  client_ = -1;
}

}  // namespace meter
