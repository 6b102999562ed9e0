import assert from "node:assert/strict";
import { test } from "node:test";
import * as json from "../src/json.ts";

test("a reader gives its own type or null", () => {
  const node = { text: "a", whole: 3, half: 0.5, yes: true, none: null };
  assert.equal(json.text(node, "text"), "a");
  assert.equal(json.text(node, "whole"), null);
  assert.equal(json.integer(node, "whole"), 3);
  assert.equal(json.integer(node, "half"), null);
  assert.equal(json.flag(node, "yes"), true);
  assert.equal(json.flag(node, "none"), null);
  assert.equal(json.oneOf(node, "text", ["a", "b"]), "a");
  assert.equal(json.oneOf(node, "text", ["b"]), null);
});

test("nothing is read from what is no object, or is inherited", () => {
  for (const node of [null, undefined, "text", 3, ["a"]])
    assert.equal(json.member(node, "0"), undefined);
  assert.equal(json.member({}, "constructor"), undefined);
});

test("children come in key order, from a map and from a list with gaps", () => {
  assert.deepEqual(json.children({ b: 2, a: 1 }), [
    ["a", 1],
    ["b", 2],
  ]);
  assert.deepEqual(json.children([null, 7, undefined, 9]), [
    ["1", 7],
    ["3", 9],
  ]);
  assert.deepEqual(json.children(null), []);
});
