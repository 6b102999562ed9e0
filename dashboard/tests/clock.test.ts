import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, dateTimeEat, dayEat, lastDaysEat, weekday } from "../src/clock.ts";
import { en } from "../src/words/en.ts";
import { sw } from "../src/words/sw.ts";

const NOW = Date.UTC(2026, 10, 21, 11, 3);
const MINUTE = 60_000;

test("the time since is told in the largest whole unit", () => {
  const told = [0, 44_000, 46_000, 3 * MINUTE, 61 * MINUTE, 25 * 60 * MINUTE, 49 * 60 * MINUTE].map(
    (passed) => en.ago(ago(NOW - passed, NOW)),
  );
  assert.deepEqual(told, [
    "just now",
    "just now",
    "1 minute ago",
    "3 minutes ago",
    "1 hour ago",
    "1 day ago",
    "2 days ago",
  ]);
});

test("a clock that is ahead does not make a time lie in the future", () => {
  assert.equal(en.ago(ago(NOW + 90_000, NOW)), "just now");
});

test("Swahili counts in its own way", () => {
  assert.equal(sw.ago(ago(NOW - 3 * MINUTE, NOW)), "dakika 3 zilizopita");
  assert.equal(sw.ago(ago(NOW - 60 * MINUTE, NOW)), "saa 1 iliyopita");
});

test("dates are East Africa Time wherever the phone is", () => {
  assert.equal(dateTimeEat(NOW, en.months), "21 Nov 2026, 14:03");
  assert.equal(dateTimeEat(Date.UTC(2026, 11, 31, 21, 5), en.months), "1 Jan 2027, 00:05");
});

test("a day begins at midnight in Nairobi", () => {
  assert.equal(dayEat(Date.UTC(2026, 10, 20, 20, 59)), "2026-11-20");
  assert.equal(dayEat(Date.UTC(2026, 10, 20, 21, 0)), "2026-11-21");
});

test("the last days are consecutive and end today", () => {
  assert.deepEqual(lastDaysEat(Date.UTC(2026, 2, 1, 9), 3), [
    "2026-02-27",
    "2026-02-28",
    "2026-03-01",
  ]);
});

test("weekdays are known from the day alone", () => {
  assert.equal(en.weekdays[weekday("2026-11-21")], "Sat");
});
