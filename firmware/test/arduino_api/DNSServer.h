#pragma once

#include "IPAddress.h"

class DNSServer {
 public:
  bool start(uint16_t port, const char* domain, const IPAddress& address);
  void processNextRequest();
  void stop();
};
