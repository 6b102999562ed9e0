import assert from "node:assert/strict";
import { test } from "node:test";
import { usageFromApi, usagePath } from "../src/consumption.ts";

const NOW = Date.UTC(2026, 10, 21, 11);
const START = { start: "2026-11-20", energy_wh: 81, hours: 24, of_hours: 24 };

test("seven days are asked for, and six months from the first of the first", () => {
  const path = "/api/meters/MTR-001/consumption";
  assert.equal(usagePath("MTR-001", "day", NOW), `${path}?from=2026-11-15&to=2026-11-21&step=day`);
  const months = usagePath("MTR-001", "month", NOW);
  assert.equal(months, `${path}?from=2026-06-01&to=2026-11-21&step=month`);
  const march = usagePath("MTR-001", "month", Date.UTC(2026, 2, 31, 22));
  assert.equal(march, `${path}?from=2025-11-01&to=2026-04-01&step=month`);
});

test("an hour that was not reported is a gap, and nothing reported is not zero", () => {
  const rows = [
    { ...START, hours: 23 },
    { ...START, energy_wh: null, hours: 0 },
    { ...START, energy_wh: 0 },
    START,
  ];
  assert.deepEqual(usageFromApi({ rows, days_left: 3 }), {
    rows: [
      { start: "2026-11-20", usedWh: 81, gaps: true },
      { start: "2026-11-20", usedWh: null, gaps: true },
      { start: "2026-11-20", usedWh: 0, gaps: false },
      { start: "2026-11-20", usedWh: 81, gaps: false },
    ],
    daysLeft: 3,
  });
});

test("the hour that runs now may be missing", () => {
  const gaps = (hours: number) =>
    usageFromApi({ rows: [{ ...START, hours, of_hours: 12 }] })?.rows[0]?.gaps;
  assert.deepEqual([gaps(12), gaps(11), gaps(10)], [false, false, true]);
});

test("an error is no consumption", () => {
  assert.equal(usageFromApi({ error: { code: "not_your_meter" } }), null);
  assert.equal(usageFromApi(null), null);
});
