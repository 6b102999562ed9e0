// The pages of the portal. One form; what it shows is never a secret. Any other host or path is
// sent to it, which is what makes a phone open it by itself, and keeps pages of other names from
// speaking to it.
#pragma once

#include <string_view>

#include "portal_request.h"
#include "provisioning.h"

namespace meter {

class IPage {
 public:
  virtual void write(std::string_view text) = 0;

 protected:
  ~IPage() = default;
};

class Portal {
 public:
  // `address` is the portal's own, as a browser names it in Host: "192.168.4.1".
  Portal(Provisioning& provisioning, std::string_view address)
      : provisioning_(provisioning), address_(address) {}

  // Writes the whole answer to a request that is done or in error; the connection then ends.
  void answer(const PortalRequest& request, IPage& page);

 private:
  void form(IPage& page, std::string_view status, std::string_view message);
  void head(IPage& page, std::string_view status, std::string_view type);

  Provisioning& provisioning_;
  std::string_view address_;
};

}  // namespace meter
