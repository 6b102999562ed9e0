// Lets a connection whose opening blocks (DNS, TCP, TLS: ten seconds on a bad link) be opened by a
// task of its own, so that metering and the switch never wait for it.
//
//   loop task                     dial task
//   open()    idle -> wanted
//                                 serve(): wanted -> dialing, blocks, -> open | closed
//   close()   dialing -> given_up serve() hangs up when it comes back -> closed
//   read(), write(): only while open, when the dial task leaves the link alone
//
// The state is one atomic; whoever may touch the link follows from it, so there is no lock.
#pragma once

#include <atomic>

#include "connection.h"

namespace meter {

// A link as the platform has it.
class IBlockingLink {
 public:
  // Blocks until open or failed.
  virtual bool connect(const Endpoint& endpoint) = 0;
  virtual bool connected() = 0;
  virtual bool write(std::string_view bytes) = 0;
  virtual size_t read(char* data, size_t capacity) = 0;  // without waiting
  virtual void hang_up() = 0;

 protected:
  ~IBlockingLink() = default;
};

class DialedConnection final : public IConnection {
 public:
  explicit DialedConnection(IBlockingLink& link) : link_(link) {}

  void open(const Endpoint& endpoint) override;
  LinkState state() override;
  bool write(const std::string_view* parts, size_t count) override;
  size_t read(char* data, size_t capacity) override;
  void close() override;

  // For the dial task: blocks while it connects, returns at once when nothing is wanted.
  void serve();

 private:
  enum class Line { idle, wanted, dialing, given_up, open, closed };

  bool taken_back();

  IBlockingLink& link_;
  Endpoint endpoint_;       // written by open() in `idle`, read by serve() in `dialing`
  Endpoint next_endpoint_;  // asked for while the dial task is still giving up
  bool next_wanted_ = false;
  std::atomic<Line> line_{Line::idle};
};

}  // namespace meter
