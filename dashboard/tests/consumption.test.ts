import assert from "node:assert/strict";
import { test } from "node:test";
import { daysFromNode } from "../src/consumption.ts";

const NOW = Date.UTC(2026, 10, 21, 11);

test("hours add up to days, silent days are nothing", () => {
  const days = daysFromNode(
    { "2026-11-20": { "00": 44, "01": 37 }, "2026-11-01": { "00": 9 } },
    NOW,
  );
  assert.equal(days.length, 7);
  assert.deepEqual(days.at(-2), { day: "2026-11-20", usedWh: 81 });
  assert.deepEqual(days.at(-1), { day: "2026-11-21", usedWh: 0 });
});

test("a day whose hours came back as a list counts alike", () => {
  const hours = [...Array(10).fill(null), 5, 6];
  assert.equal(daysFromNode({ "2026-11-21": hours }, NOW).at(-1)?.usedWh, 11);
});
