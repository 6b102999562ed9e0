// Connections and listeners for the tests of the wire.
#pragma once

#include <string>

#include "http_parser.h"
#include "json_reader.h"
#include "leaf_reader.h"
#include "rtdb_stream.h"

namespace meter::test {

struct BodyText final : IBodySink {
  void on_body(std::string_view slice) override { text += slice; }
  std::string text;
};

// Tokens as one line of text each, so that two runs can be compared.
struct TokenText final : IJsonHandler {
  void on_begin(bool array) override { text += array ? "[\n" : "{\n"; }
  void on_end() override { text += "end\n"; }
  void on_key(std::string_view key, bool whole) override {
    text += "key " + std::string(key) + (whole ? "\n" : " cut\n");
  }
  void on_string(std::string_view piece, bool last) override {
    text += (last ? "string " : "piece ") + std::string(piece) + "\n";
  }
  void on_number(std::string_view number) override {
    text += "number " + std::string(number) + "\n";
  }
  void on_literal(JsonLiteral literal) override {
    text += literal == JsonLiteral::null           ? "null\n"
            : literal == JsonLiteral::boolean_true ? "true\n"
                                                   : "false\n";
  }
  std::string text;
};

struct StreamText final : IStreamListener {
  void on_leaf(const Leaf& leaf) override {
    constexpr const char* kKinds[] = {"null", "true", "false", "number", "string"};
    text += std::string(leaf.path) + "=" + kKinds[static_cast<int>(leaf.kind)] + ":" +
            std::string(leaf.text) + (leaf.whole ? "\n" : " cut\n");
  }
  void on_change(bool whole) override { text += whole ? "change\n" : "change?\n"; }
  void on_keep_alive() override { text += "keep-alive\n"; }
  void on_cancel(bool revoked) override { text += revoked ? "revoked\n" : "cancel\n"; }
  std::string text;
};

}  // namespace meter::test
