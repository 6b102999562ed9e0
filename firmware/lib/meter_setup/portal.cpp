#include "portal.h"

namespace meter {
namespace {

constexpr std::string_view kHead =
    "<!doctype html><html lang=en><meta charset=utf-8>"
    "<meta name=viewport content='width=device-width,initial-scale=1'><title>Meter</title>"
    "<style>body{font:1.1em sans-serif;max-width:24em;margin:1em auto;padding:0 1em}"
    "label{display:block;margin:.8em 0}input,button{font:inherit;width:100%;padding:.5em;"
    "box-sizing:border-box}p{background:#ffd;padding:.6em}</style><h1>Meter</h1>";

constexpr std::string_view kForm =
    "<form method=post action=/ autocomplete=off>"
    "<label>Wi-Fi name <input name=ssid maxlength=32 required></label>"
    "<label>Wi-Fi password <input name=password type=password maxlength=64></label>"
    "<label>Meter number <input name=meter_id maxlength=12 placeholder=MTR-001></label>"
    "<label>Claim code <input name=code maxlength=32 placeholder=XXXXX-XXXXX-XXXXX-XXXXX></label>"
    "<button>Save</button></form>"
    "<small>Only the Wi-Fi has changed? Leave number and code empty.</small></html>";

struct Words {
  std::string_view key;
  std::string_view english;
  std::string_view swahili;
};

constexpr Words kProblems[] = {
    {"form", "The form was not understood.", "Fomu haikueleweka."},
    {"ssid", "The Wi-Fi name must have 1 to 32 characters.",
     "Jina la Wi-Fi liwe na herufi 1 hadi 32."},
    {"password", "The Wi-Fi password must have 8 to 64 characters.",
     "Nenosiri la Wi-Fi liwe na herufi 8 hadi 64."},
    {"meter_id", "That is not a meter number such as MTR-001.",
     "Hiyo si namba ya mita kama MTR-001."},
    {"code", "The claim code was mistyped.", "Nambari ya usajili imekosewa."},
    {"server", "That server cannot be used.", "Seva hiyo haiwezi kutumika."},
    {"provisioned", "This meter has a number. Reset it first.",
     "Mita hii ina namba tayari. Ifute kwanza."},
    {"wifi_failed", "No connection to that Wi-Fi. Check name and password.",
     "Haijaunganishwa na Wi-Fi. Angalia jina na nenosiri."},
    {"no_answer", "The server does not answer. Trying again.", "Seva haijibu. Inajaribu tena."},
    {"no_server", "The network answers instead of the server. Trying again.",
     "Mtandao unajibu badala ya seva. Inajaribu tena."},
    {"too_many_tries", "Too many tries. Waiting.", "Majaribio mengi mno. Inasubiri."},
    {"code_refused", "The code was refused. Ask for a new one.", "Nambari imekataliwa. Omba mpya."},
    {"code_used", "The code was used by another meter. Ask for a new one.",
     "Nambari imetumika na mita nyingine. Omba mpya."},
    {"not_stored", "The settings could not be stored.", "Mipangilio haikuhifadhiwa."},
};

constexpr Words kPhases[] = {
    {"waiting", "Tell the meter its Wi-Fi, its number and its code.",
     "Weka Wi-Fi, namba ya mita na nambari ya usajili."},
    {"joining", "Joining the Wi-Fi.", "Inajiunga na Wi-Fi."},
    {"claiming", "Asking the server.", "Inauliza seva."},
    {"completing", "Nearly done.", "Karibu tayari."},
    {"ready", "Ready.", "Tayari."},
};

template <size_t Count>
void say(IPage& page, const Words (&words)[Count], std::string_view key) {
  for (const Words& each : words) {
    if (each.key != key) continue;
    page.write("<p>");
    page.write(each.english);
    page.write("<br><i lang=sw>");
    page.write(each.swahili);
    page.write("</i></p>");
  }
}

std::string_view reason_of(int status) {
  switch (status) {
    case 405:
      return "405 Method Not Allowed";
    case 411:
      return "411 Length Required";
    case 413:
      return "413 Content Too Large";
    case 414:
      return "414 URI Too Long";
    case 431:
      return "431 Request Header Fields Too Large";
    default:
      return "400 Bad Request";
  }
}

}  // namespace

void Portal::answer(const PortalRequest& request, IPage& page) {
  if (request.status() != 200) {
    head(page, reason_of(request.status()), "text/plain");
    return;
  }
  if (request.host() != address_ ||
      (!same(request.path(), "/") && !same(request.path(), "/status"))) {
    page.write("HTTP/1.1 302 Found\r\nLocation: http://");
    page.write(address_);
    page.write("/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return;
  }
  if (same(request.path(), "/status")) {
    head(page, "200 OK", "application/json");
    page.write("{\"state\":\"");
    page.write(name_of(provisioning_.phase()));
    page.write("\",\"problem\":\"");
    page.write(provisioning_.problem());
    page.write("\"}");
    return;
  }
  if (!request.post()) return form(page, "200 OK", provisioning_.problem());
  Wishes wishes;
  WishProblem problem = read_wishes(request.body(), wishes);
  if (problem == WishProblem::none) problem = provisioning_.accept(wishes);
  if (problem == WishProblem::none) return form(page, "202 Accepted", {});
  form(page, "400 Bad Request", name_of(problem));
}

void Portal::form(IPage& page, std::string_view status, std::string_view message) {
  head(page, status, "text/html");
  page.write(kHead);
  say(page, kPhases, name_of(provisioning_.phase()));
  say(page, kProblems, message);
  page.write(kForm);
}

// Ends with the connection: nothing is gathered to know its length.
void Portal::head(IPage& page, std::string_view status, std::string_view type) {
  page.write("HTTP/1.1 ");
  page.write(status);
  page.write("\r\nContent-Type: ");
  page.write(type);
  page.write(
      "; charset=utf-8\r\nCache-Control: no-store\r\nX-Frame-Options: DENY\r\n"
      "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
      "\r\nConnection: close\r\n\r\n");
}

}  // namespace meter
