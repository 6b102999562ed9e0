#include "json_reader.h"

#include "json_number.h"

namespace meter {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

JsonReader::JsonReader() = default;

void JsonReader::reset() { *this = JsonReader{}; }

Progress JsonReader::feed(std::string_view bytes, IJsonHandler& handler) {
  for (const char c : bytes) {
    take(c, handler);
    if (state_ == State::error) return Progress::error;
  }
  return state_ == State::done ? Progress::done : Progress::awaiting;
}

Progress JsonReader::finish(IJsonHandler& handler) {
  if (state_ == State::number && depth_ == 0 && number_complete()) end_number(handler);
  if (state_ != State::done) fail();
  return state_ == State::done ? Progress::done : Progress::error;
}

void JsonReader::take(char c, IJsonHandler& handler) {
  switch (state_) {
    case State::string:
      return take_string(c, handler);
    case State::escape:
      return take_escape(c, handler);
    case State::unicode:
      return take_unicode(c, handler);
    case State::word:
      return take_word(c, handler);
    case State::number:
      if (take_number(c)) return;
      if (state_ == State::error) return;
      if (!number_complete()) return fail();
      end_number(handler);
      break;  // the byte after a number belongs to what follows
    default:
      break;
  }
  if (is_space(c)) return;
  switch (state_) {
    case State::first_item:
      if (c == ']') return close(true, handler);
      return begin_value(c, handler);
    case State::value:
      return begin_value(c, handler);
    case State::first_key:
      if (c == '}') return close(false, handler);
      [[fallthrough]];
    case State::key:
      if (c != '"') return fail();
      in_key_ = true;
      text_.clear();
      state_ = State::string;
      return;
    case State::colon:
      if (c != ':') return fail();
      state_ = State::value;
      return;
    case State::after_value:
      return after_value(c, handler);
    default:
      return fail();
  }
}

void JsonReader::begin_value(char c, IJsonHandler& handler) {
  text_.clear();
  if (c == '{' || c == '[') return open(c == '[', handler);
  if (c == '"') {
    in_key_ = false;
    state_ = State::string;
  } else if (c == 't' || c == 'f' || c == 'n') {
    state_ = State::word;
    take_word(c, handler);
  } else {
    state_ = State::number;
    number_state_ = kStart;
    if (!take_number(c)) fail();
  }
}

void JsonReader::open(bool array, IJsonHandler& handler) {
  if (depth_ == kMaxDepth) return fail();
  const uint32_t bit = uint32_t{1} << depth_;
  arrays_ = array ? arrays_ | bit : arrays_ & ~bit;
  ++depth_;
  handler.on_begin(array);
  state_ = array ? State::first_item : State::first_key;
}

void JsonReader::close(bool array, IJsonHandler& handler) {
  if (depth_ == 0 || ((arrays_ >> (depth_ - 1)) & 1) != (array ? 1U : 0U)) return fail();
  --depth_;
  handler.on_end();
  value_ended();
}

void JsonReader::after_value(char c, IJsonHandler& handler) {
  if (c == ']' || c == '}') return close(c == ']', handler);
  if (c != ',') return fail();
  const bool array = ((arrays_ >> (depth_ - 1)) & 1) != 0;
  state_ = array ? State::value : State::key;
}

void JsonReader::take_string(char c, IJsonHandler& handler) {
  const auto byte = static_cast<uint8_t>(c);
  if (high_surrogate_ != 0 && c != '\\') return fail();
  if (utf8_left_ == 0) {
    if (c == '"') return end_string(handler);
    if (byte < 0x20) return fail();
    if (c == '\\') {
      state_ = State::escape;
      return;
    }
  }
  if (!utf8_allows(byte)) return fail();
  put(c, handler);
}

// Well-formed UTF-8 only (Unicode 15, table 3-7).
bool JsonReader::utf8_allows(uint8_t byte) {
  if (utf8_left_ > 0) {
    if (byte < utf8_low_ || byte > utf8_high_) return false;
    utf8_low_ = 0x80;
    utf8_high_ = 0xbf;
    --utf8_left_;
    return true;
  }
  if (byte < 0x80) return true;
  if (byte < 0xc2 || byte > 0xf4) return false;
  utf8_left_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  if (byte == 0xe0) utf8_low_ = 0xa0;
  if (byte == 0xed) utf8_high_ = 0x9f;
  if (byte == 0xf0) utf8_low_ = 0x90;
  if (byte == 0xf4) utf8_high_ = 0x8f;
  return true;
}

void JsonReader::take_escape(char c, IJsonHandler& handler) {
  if (high_surrogate_ != 0 && c != 'u') return fail();
  state_ = State::string;
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return put(c, handler);
    case 'b':
      return put('\b', handler);
    case 'f':
      return put('\f', handler);
    case 'n':
      return put('\n', handler);
    case 'r':
      return put('\r', handler);
    case 't':
      return put('\t', handler);
    case 'u':
      state_ = State::unicode;
      code_ = 0;
      hex_left_ = 4;
      return;
    default:
      return fail();
  }
}

void JsonReader::take_unicode(char c, IJsonHandler& handler) {
  uint32_t digit = 0;
  if (is_digit(c)) {
    digit = static_cast<uint32_t>(c - '0');
  } else if (c >= 'a' && c <= 'f') {
    digit = static_cast<uint32_t>(c - 'a' + 10);
  } else if (c >= 'A' && c <= 'F') {
    digit = static_cast<uint32_t>(c - 'A' + 10);
  } else {
    return fail();
  }
  code_ = code_ * 16 + digit;
  if (--hex_left_ > 0) return;
  state_ = State::string;
  const bool low = code_ >= 0xdc00 && code_ <= 0xdfff;
  if (low != (high_surrogate_ != 0)) return fail();
  if (low) {
    put_code_point(0x10000 + ((high_surrogate_ - 0xd800) << 10) + (code_ - 0xdc00), handler);
    high_surrogate_ = 0;
  } else if (code_ >= 0xd800 && code_ <= 0xdbff) {
    high_surrogate_ = code_;
  } else {
    put_code_point(code_, handler);
  }
}

void JsonReader::put_code_point(uint32_t code, IJsonHandler& handler) {
  const auto continuation = [code](int shift) {
    return static_cast<char>(0x80 | ((code >> shift) & 0x3f));
  };
  if (code < 0x80) {
    put(static_cast<char>(code), handler);
  } else if (code < 0x800) {
    put(static_cast<char>(0xc0 | (code >> 6)), handler);
    put(continuation(0), handler);
  } else if (code < 0x10000) {
    put(static_cast<char>(0xe0 | (code >> 12)), handler);
    put(continuation(6), handler);
    put(continuation(0), handler);
  } else {
    put(static_cast<char>(0xf0 | (code >> 18)), handler);
    put(continuation(12), handler);
    put(continuation(6), handler);
    put(continuation(0), handler);
  }
}

void JsonReader::put(char c, IJsonHandler& handler) {
  if (!in_key_ && text_.size() == kPiece) {
    handler.on_string(text_.view(), false);
    text_.clear();
  }
  text_.append(c);
}

void JsonReader::end_string(IJsonHandler& handler) {
  if (in_key_) {
    handler.on_key(text_.view(), text_.whole());
    state_ = State::colon;
    return;
  }
  handler.on_string(text_.view(), true);
  value_ended();
}

// False when `c` is not part of the number.
bool JsonReader::take_number(char c) {
  const NumberPlace next = next_place(static_cast<NumberPlace>(number_state_), c);
  if (next == kInvalid) return false;
  number_state_ = next;
  text_.append(c);
  if (text_.size() > kMaxNumber) fail();
  return true;
}

bool JsonReader::number_complete() const {
  return number_state_ == kZero || number_state_ == kInteger || number_state_ == kFraction ||
         number_state_ == kExponentDigits;
}

void JsonReader::end_number(IJsonHandler& handler) {
  handler.on_number(text_.view());
  value_ended();
}

void JsonReader::take_word(char c, IJsonHandler& handler) {
  constexpr std::string_view kWords[] = {"null", "true", "false"};
  constexpr JsonLiteral kLiterals[] = {JsonLiteral::null, JsonLiteral::boolean_true,
                                       JsonLiteral::boolean_false};
  text_.append(c);
  for (int i = 0; i < 3; ++i) {
    if (text_.view() == kWords[i]) {
      handler.on_literal(kLiterals[i]);
      return value_ended();
    }
    if (first(kWords[i], text_.size()) == text_.view()) return;
  }
  fail();
}

void JsonReader::value_ended() { state_ = depth_ == 0 ? State::done : State::after_value; }

}  // namespace meter
