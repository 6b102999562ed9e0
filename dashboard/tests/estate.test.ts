import assert from "node:assert/strict";
import { test } from "node:test";
import { alertsOf, metersFromNode, reviewsFromNode, suspenseFromNode } from "../src/estate.ts";

const NOW = Date.UTC(2026, 10, 21, 11);
const DAY = 86_400_000;

test("alerts shown are those that stand and those of today", () => {
  const alert = (raised_at: number, cleared_at?: number) => ({
    kind: "tamper",
    raised_at,
    cleared_at,
  });
  const meters = metersFromNode({
    "MTR-001": {
      alerts: {
        old_over: alert(NOW - 2 * DAY, NOW - DAY),
        old_standing: alert(NOW - 2 * DAY),
        today_over: alert(NOW - 60_000, NOW),
      },
    },
    "MTR-002": {},
  });
  assert.deepEqual(
    alertsOf(meters, NOW).map(({ id }) => id),
    ["today_over", "old_standing"],
  );
});

test("what has waited longest comes first", () => {
  const reviews = reviewsFromNode({
    a: { reason: "amount_differs", raised_at: 9 },
    b: { reason: "push_unknown", raised_at: 5 },
  });
  assert.deepEqual(
    reviews.map(({ transactionId }) => transactionId),
    ["b", "a"],
  );
  const suspense = suspenseFromNode({
    R1: { amount: 200, account_reference: "MTR9", received_at: 1 },
  });
  assert.deepEqual(suspense, [{ receipt: "R1", amountKes: 200, account: "MTR9", receivedMs: 1 }]);
});
