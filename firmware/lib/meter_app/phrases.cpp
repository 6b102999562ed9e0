#include "phrases.h"

namespace meter {
namespace {

constexpr size_t kLanguages = static_cast<size_t>(Language::count);

// clang-format off
constexpr const char* kPhrases[][kLanguages] = {
    {"Balance", "Salio"},
    {"Days left: ", "Siku zilizobaki: "},
    {"Power now", "Matumizi sasa"},
    {"This hour: ", "Saa hii: "},
    {"Supply is on", "Umeme umewashwa"},
    {"Supply is off", "Umeme umezimwa"},
    {"Last recharge", "Ununuzi wa mwisho"},
    {"none yet", "bado hakuna"},
    {"Online", "Mtandaoni"},
    {"Offline", "Bila mtandao"},
    {"Signal: ", "Mawimbi: "},
};

constexpr const char* kNotices[][kLanguages] = {
    {"Meter fault: please call the office", "Hitilafu ya mita: piga simu ofisini"},
    {"Updating: do not switch off", "Inasasishwa: usizime umeme"},
    {"Tampering recorded", "Uchezeaji wa mita umerekodiwa"},
    {"Switched off by the office", "Umezimwa na ofisi"},
    {"Too much power: press the button", "Matumizi yamezidi: bonyeza kitufe"},
    {"Too much power: wait a minute", "Matumizi yamezidi: subiri kidogo"},
    {"Press for emergency credit", "Bonyeza upate umeme wa dharura"},
    {"Emergency credit in use", "Umeme wa dharura unatumika"},
    {"No credit left: please pay", "Umeme umekwisha: tafadhali lipa"},
    {"Credit is low", "Umeme unakaribia kuisha"},
    {"No network: the meter works on", "Hakuna mtandao: mita inaendelea"},
    {"", ""},
};
// clang-format on

static_assert(sizeof kPhrases / sizeof kPhrases[0] == static_cast<size_t>(Phrase::count),
              "a text for every phrase");
static_assert(sizeof kNotices / sizeof kNotices[0] == static_cast<size_t>(Notice::count),
              "a text for every notice");

}  // namespace

std::string_view say(Phrase phrase, Language language) {
  return kPhrases[static_cast<size_t>(phrase)][static_cast<size_t>(language)];
}

std::string_view say(Notice notice, Language language) {
  return kNotices[static_cast<size_t>(notice)][static_cast<size_t>(language)];
}

}  // namespace meter
