import assert from "node:assert/strict";
import { test } from "node:test";
import { localPhone, parseMsisdn } from "../src/phone.ts";

test("every shape people type becomes one", () => {
  for (const typed of [
    "0712345678",
    "712345678",
    "254712345678",
    "+254 712-345-678",
    "(0712) 345678",
  ]) {
    assert.equal(parseMsisdn(typed), "254712345678", typed);
  }
  assert.equal(parseMsisdn("0112345678"), "254112345678");
});

test("what cannot be a Kenyan mobile number is refused", () => {
  for (const typed of ["", "07123", "0812345678", "07123456789", "+255712345678", "٠٧١٢٣٤٥٦٧٨"]) {
    assert.equal(parseMsisdn(typed), null, typed);
  }
});

test("a number is shown as people write it, a masked one as it is", () => {
  assert.equal(localPhone("254700000001"), "0700 000 001");
  assert.equal(localPhone("2547******01"), "2547******01");
});

test("a shown number can be sent again", () => {
  assert.equal(parseMsisdn(localPhone("254110000009")), "254110000009");
});
