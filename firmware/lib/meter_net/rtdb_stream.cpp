#include "rtdb_stream.h"

namespace meter {

void RtdbStream::reset() {
  sse_.reset();
  begin_event();
}

void RtdbStream::begin_event() {
  kind_ = Kind::none;
  json_.reset();
  path_.clear();
  place_ = Place::outside;
  depth_ = 0;
  path_known_ = false;
  data_seen_ = false;
  broken_ = false;
}

void RtdbStream::on_event(std::string_view name) {
  if (same(name, "put") || same(name, "patch")) {
    kind_ = Kind::change;
  } else if (same(name, "keep-alive")) {
    kind_ = Kind::keep_alive;
  } else if (same(name, "cancel")) {
    kind_ = Kind::cancel;
  } else if (same(name, "auth_revoked")) {
    kind_ = Kind::auth_revoked;
  } else {
    kind_ = Kind::none;
  }
}

void RtdbStream::on_data(std::string_view slice) {
  if (kind_ == Kind::none) broken_ = true;  // data before its event name
  if (kind_ != Kind::change || broken_) return;
  if (json_.feed(slice, *this) == Progress::error) broken_ = true;
}

void RtdbStream::on_dispatch() {
  switch (kind_) {
    case Kind::change:
      if (json_.finish(*this) == Progress::error) broken_ = true;
      listener_.on_change(!broken_ && data_seen_);
      break;
    case Kind::keep_alive:
      listener_.on_keep_alive();
      break;
    case Kind::cancel:
      listener_.on_cancel(false);
      break;
    case Kind::auth_revoked:
      listener_.on_cancel(true);
      break;
    case Kind::none:
      if (broken_) listener_.on_change(false);
      break;
  }
  begin_event();
}

void RtdbStream::on_begin(bool array) {
  if (forwarding()) leaves_.on_begin(array);
  if (depth_ == 0 && array) broken_ = true;
  ++depth_;
}

void RtdbStream::on_end() {
  --depth_;
  if (forwarding() && depth_ > 0) leaves_.on_end();
}

void RtdbStream::on_key(std::string_view key, bool whole) {
  if (depth_ > 1) {
    if (forwarding()) leaves_.on_key(key, whole);
    return;
  }
  place_ = Place::other;
  if (same(key, "path")) {
    place_ = Place::path;
    path_.clear();
  } else if (same(key, "data")) {
    if (!path_known_ || data_seen_) {
      broken_ = true;  // the path comes first on the wire; without it the data has no place
      return;
    }
    place_ = Place::data;
    data_seen_ = true;
    leaves_.begin(path_.view());
  }
}

void RtdbStream::on_string(std::string_view piece, bool last) {
  if (forwarding()) leaves_.on_string(piece, last);
  if (place_ != Place::path || depth_ != 1) return;
  path_.append(piece);
  if (!last) return;
  path_known_ = true;
  if (!path_.whole()) broken_ = true;
}

void RtdbStream::on_number(std::string_view text) {
  if (forwarding()) leaves_.on_number(text);
}

void RtdbStream::on_literal(JsonLiteral literal) {
  if (forwarding()) leaves_.on_literal(literal);
}

}  // namespace meter
