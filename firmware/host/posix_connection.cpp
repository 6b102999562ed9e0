#include "posix_connection.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace meter {
namespace {

constexpr size_t kMaxParts = 16;
constexpr int kWriteWaitMs = 2000;

bool wait_for(int socket, short events, int timeout_ms) {
  pollfd entry{socket, events, 0};
  return ::poll(&entry, 1, timeout_ms) == 1;
}

}  // namespace

void PosixConnection::resolve(const Endpoint& endpoint, sockaddr_storage& address,
                              socklen_t& size) const {
  size = 0;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(endpoint.port);
  if (::getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found) != 0) return;
  std::memcpy(&address, found->ai_addr, found->ai_addrlen);
  size = found->ai_addrlen;
  ::freeaddrinfo(found);
}

void PosixConnection::open(const Endpoint& endpoint) {
  close();
  if (endpoint.tls) return;
  sockaddr_storage address{};
  socklen_t size = 0;
  resolve(endpoint, address, size);
  if (size == 0) return;
  socket_ = ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return;
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  state_ = LinkState::opening;
  const int result = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), size);
  if (result == 0) {
    state_ = LinkState::open;
  } else if (errno != EINPROGRESS) {
    close();
  }
}

LinkState PosixConnection::state() {
  if (state_ != LinkState::opening || !wait_for(socket_, POLLOUT, 0)) return state_;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) {
    state_ = LinkState::open;
  } else {
    close();
  }
  return state_;
}

// All parts in one segment; a request is far smaller than the socket's buffer, so a wait is rare.
bool PosixConnection::write(const std::string_view* parts, size_t count) {
  if (state_ != LinkState::open || count > kMaxParts) return false;
  iovec vectors[kMaxParts];
  size_t used = 0;
  for (size_t i = 0; i < count; ++i) {
    if (parts[i].empty()) continue;
    vectors[used++] = {const_cast<char*>(parts[i].data()), parts[i].size()};
  }
  size_t first = 0;
  while (first < used) {
    msghdr message{};
    message.msg_iov = vectors + first;
    message.msg_iovlen = used - first;
    const ssize_t sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN && wait_for(socket_, POLLOUT, kWriteWaitMs)) continue;
      close();
      return false;
    }
    auto left = static_cast<size_t>(sent);
    while (first < used && left >= vectors[first].iov_len) left -= vectors[first++].iov_len;
    if (left > 0) {
      vectors[first].iov_base = static_cast<char*>(vectors[first].iov_base) + left;
      vectors[first].iov_len -= left;
    }
  }
  return true;
}

size_t PosixConnection::read(char* data, size_t capacity) {
  if (state_ != LinkState::open) return 0;
  const ssize_t count = ::recv(socket_, data, capacity, 0);
  if (count > 0) return static_cast<size_t>(count);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  close();
  return 0;
}

void PosixConnection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  state_ = LinkState::closed;
}

}  // namespace meter
