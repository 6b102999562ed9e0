import assert from "node:assert/strict";
import { test } from "node:test";
import { kes, kesFromCents, kwh, kwhShort, parseAmountKes, watts } from "../src/quantity.ts";

test("energy is shown exactly, to the watt-hour", () => {
  const shown = [0, 1, 999, 1_000, 2_500, 1_234_567, 1_000_000_000_000, -4, -2_500].map(kwh);
  assert.deepEqual(shown, [
    "0.000",
    "0.001",
    "0.999",
    "1.000",
    "2.500",
    "1,234.567",
    "1,000,000,000.000",
    "−0.004",
    "−2.500",
  ]);
});

test("every watt-hour has its own text, which reads back as the same number", () => {
  for (let wh = 0; wh < 200_000; wh += 7) {
    assert.equal(BigInt(kwh(wh).replace(/[.,]/g, "")), BigInt(wh));
  }
});

test("a short label cuts off and never rounds up", () => {
  assert.deepEqual([99, 100, 1_999].map(kwhShort), ["0.0", "0.1", "1.9"]);
});

test("money is shown in whole shillings or exact cents", () => {
  assert.equal(kes(250_000), "KES 250,000");
  assert.equal(kesFromCents(114_083), "KES 1,140.83");
  assert.equal(kesFromCents(3), "KES 0.03");
});

test("power is shown in whole watts", () => {
  assert.equal(watts(1_250), "1,250 W");
});

test("a fraction is a defect, not something to round", () => {
  for (const fraction of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.throws(() => kwh(fraction), RangeError);
    assert.throws(() => kes(fraction), RangeError);
  }
});

test("an amount is whole shillings from 1 to 250,000", () => {
  const typed: readonly (readonly [string, number | null])[] = [
    ["1", 1],
    [" 500 ", 500],
    ["1,500", 1_500],
    ["1 500", 1_500],
    ["250000", 250_000],
    ["250,000", 250_000],
    ["250001", null],
    ["0", null],
    ["-5", null],
    ["1.5", null],
    ["100.00", null],
    ["1,50", null],
    ["1e3", null],
    ["0x10", null],
    ["٥", null],
    ["", null],
    ["KES 5", null],
  ];
  for (const [text, amountKes] of typed) assert.equal(parseAmountKes(text), amountKes, text);
});
