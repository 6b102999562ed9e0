// What a person types: secrets with a check character, and the form.
#include "wishes.h"

#include <gtest/gtest.h>

#include <string>

#include "setup_fakes.h"

namespace meter {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

bool typed(const std::string& text, size_t characters = kCodeCharacters) {
  TypedSecret secret;
  return read_typed(text, characters, secret);
}

TEST(TypedSecret, IsTakenHoweverItIsTyped) {
  for (const char* text : {"7ZK4M0PXQW3ER9TVB6N5", "7ZK4M-0PXQW-3ER9T-VB6N5",
                           " 7zk4m oPxqw 3er9t vb6n5 ", "7ZK4MOPXQW3ER9TVB6N5"}) {
    TypedSecret secret;
    ASSERT_TRUE(read_typed(text, kCodeCharacters, secret)) << text;
    EXPECT_EQ(secret.view(), test::kCode);
  }
  EXPECT_TRUE(typed(test::kLabelSecret, kLabelSecretCharacters));
}

TEST(TypedSecret, EveryWrongCharacterIsNoticed) {
  const std::string code = test::kCode;
  for (size_t place = 0; place < code.size(); ++place) {
    for (const char letter : kAlphabet) {
      std::string wrong = code;
      wrong[place] = letter;
      EXPECT_EQ(typed(wrong), wrong == code) << wrong;
    }
  }
}

TEST(TypedSecret, OtherLengthsAndLettersAreRefused) {
  for (const char* text : {"", "7ZK4M", "7ZK4M0PXQW3ER9TVB6N50", "7ZK4M0PXQW3ER9TVB6N", "U",
                           "UUUUUUUUUUUUUUUUUUUU", "7ZK4M0PXQW3ER9TVB6N\xc3\xa9"}) {
    TypedSecret secret("left over");
    EXPECT_FALSE(read_typed(text, kCodeCharacters, secret)) << text;
    EXPECT_TRUE(secret.empty());
  }
}

TEST(Wishes, AreReadFromAForm) {
  Wishes wishes;
  ASSERT_EQ(read_wishes("ssid=My+House%21&password=a%26b%3Dc%25de&meter_id=+mtr-001+&"
                        "code=7zk4m-0pxqw-3er9t-vb6n5&server=https%3A%2F%2Festate.example",
                        wishes),
            WishProblem::none);
  EXPECT_EQ(wishes.wifi_ssid.view(), "My House!");
  EXPECT_EQ(wishes.wifi_password.view(), "a&b=c%de");
  EXPECT_EQ(wishes.meter_id.view(), "MTR-001");
  EXPECT_EQ(wishes.code.view(), test::kCode);
  EXPECT_EQ(wishes.server.view(), "https://estate.example");
}

TEST(Wishes, OfTheNetworkAloneAreEnough) {
  Wishes wishes;
  EXPECT_EQ(read_wishes("ssid=House&password=&meter_id=&code=", wishes), WishProblem::none);
  EXPECT_TRUE(wishes.code.empty());
}

TEST(Wishes, NameWhatIsWrong) {
  const std::string long_name(33, 'x');
  const std::string long_word(65, 'x');
  const std::pair<std::string, WishProblem> cases[] = {
      {"", WishProblem::ssid},
      {"ssid=", WishProblem::ssid},
      {"ssid=" + long_name, WishProblem::ssid},
      {"password=abcdefgh", WishProblem::ssid},
      {"ssid=House&password=short", WishProblem::password},
      {"ssid=House&password=" + long_word, WishProblem::password},
      {"ssid=House&meter_id=M", WishProblem::meter_id},
      {"ssid=House&meter_id=-TR-001", WishProblem::meter_id},
      {"ssid=House&meter_id=MTR_001", WishProblem::meter_id},
      {"ssid=House&meter_id=MTR-001-000-1", WishProblem::meter_id},
      {"ssid=House&code=7ZK4M0PXQW3ER9TVB6N5", WishProblem::meter_id},
      {"ssid=House&meter_id=MTR-001&code=7ZK4M", WishProblem::code},
      {"ssid=House&server=ftp%3A%2F%2Fx", WishProblem::server},
      {"ssid=House&server=https%3A%2F%2Fx%2Fpath", WishProblem::server},
      {"ssid=House&unknown=1", WishProblem::form},
      {"ssid", WishProblem::form},
      {"ssid=%4", WishProblem::form},
      {"ssid=%zz", WishProblem::form},
      {"ssid=a%00b", WishProblem::form},
      {"ssid=a%0ab", WishProblem::form},
      {"ssid=" + std::string(129, 'x'), WishProblem::form},
  };
  for (const auto& [form, problem] : cases) {
    Wishes wishes;
    EXPECT_EQ(read_wishes(form, wishes), problem) << form;
  }
}

}  // namespace
}  // namespace meter
