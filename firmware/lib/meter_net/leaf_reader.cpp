#include "leaf_reader.h"

namespace meter {

bool Leaf::read(uint64_t& number) const {
  return kind == Kind::number && whole && parse_decimal(text, number);
}

bool Leaf::read(Digest& hexadecimal) const {
  return kind == Kind::string && whole && parse_hex(text, hexadecimal);
}

bool Leaf::read(Text& characters) const {
  return kind == Kind::string && whole && characters.assign(text);
}

LeafReader::LeafReader(ILeafListener& listener) : listener_(listener) {}

void LeafReader::begin(std::string_view base) {
  path_.clear();
  string_.clear();
  depth_ = 0;
  cut_ = false;
  while (!base.empty() && base.front() == '/') base.remove_prefix(1);
  while (!base.empty() && base.back() == '/') base.remove_suffix(1);
  append_segment(base);
}

void LeafReader::on_begin(bool array) {
  length_at_[depth_] = static_cast<uint16_t>(path_.size());
  cut_at_[depth_] = cut_;
  ++depth_;
  if (array) cut_ = true;  // items have no name of their own
}

void LeafReader::on_end() {
  --depth_;
  path_.resize(length_at_[depth_]);
  cut_ = cut_at_[depth_];
}

void LeafReader::on_key(std::string_view key, bool whole) {
  path_.resize(length_at_[depth_ - 1]);
  cut_ = cut_at_[depth_ - 1] || !whole;
  append_segment(key);
}

void LeafReader::on_string(std::string_view piece, bool last) {
  string_.append(piece);
  if (!last) return;
  emit(Leaf::Kind::string, string_.view(), string_.whole());
  string_.clear();
}

void LeafReader::on_number(std::string_view text) { emit(Leaf::Kind::number, text, true); }

void LeafReader::on_literal(JsonLiteral literal) {
  switch (literal) {
    case JsonLiteral::null:
      return emit(Leaf::Kind::null, {}, true);
    case JsonLiteral::boolean_true:
      return emit(Leaf::Kind::boolean_true, {}, true);
    case JsonLiteral::boolean_false:
      return emit(Leaf::Kind::boolean_false, {}, true);
  }
}

void LeafReader::append_segment(std::string_view segment) {
  if (segment.empty()) return;
  const size_t before = path_.size();
  bool fits = path_.empty() || path_.append('/');
  fits = fits && path_.append(segment);
  if (fits) return;
  cut_ = true;
  const FixedText<kMaxPath> kept(first(path_.view(), before));
  path_ = kept;
}

void LeafReader::emit(Leaf::Kind kind, std::string_view text, bool whole) {
  listener_.on_leaf({path_.view(), kind, text, whole && !cut_});
}

}  // namespace meter
