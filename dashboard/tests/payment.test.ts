import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isMoving,
  isOpen,
  newer,
  type Payment,
  paymentFromApi,
  paymentFromNode,
  stageOf,
} from "../src/payment.ts";
import { reachedSteps } from "../src/progress.ts";

const ID = "-Of2aAbcdEFGHijkl012";
const node = {
  meter_id: "MTR-001",
  amount: 100,
  phone_number: "2547******01",
  status: "paid",
  mpesa_receipt: "UKL0DEMO01",
  result_code: "0",
  timestamp: 1_000,
  updated_at: 4_000,
  paid_at: 2_000,
  quote: {
    energy_wh: 6_787,
    lines: {
      l01: { kind: "energy", label: "1200 cents/kWh", amount_cents: 8_144, energy_wh: 6_787 },
      l02: { kind: "vat", label: "VAT 16%", amount_cents: 1_379 },
    },
  },
  delivery: {
    status: "delivered",
    energy_wh: 6_787,
    queued_at: 3_000,
    delivered_at: 4_000,
    balance_before: 2_500,
    balance_after: 9_287,
  },
};
const body = {
  transaction_id: ID,
  meter_id: "MTR-001",
  amount_kes: 100,
  phone_number: "2547******01",
  status: "paid",
  mpesa_receipt: "UKL0DEMO01",
  result_code: "0",
  created_at_ms: 1_000,
  updated_at_ms: 4_000,
  paid_at_ms: 2_000,
  quote: {
    energy_wh: 6_787,
    lines: [
      { kind: "energy", label: "1200 cents/kWh", amount_cents: 8_144, energy_wh: 6_787 },
      { kind: "vat", label: "VAT 16%", amount_cents: 1_379, energy_wh: null },
    ],
  },
  delivery: {
    status: "delivered",
    energy_wh: 6_787,
    queued_at_ms: 3_000,
    delivered_at_ms: 4_000,
    balance_before_wh: 2_500,
    balance_after_wh: 9_287,
  },
};
const read = (change: object): Payment => {
  const payment = paymentFromNode(ID, { ...node, ...change });
  assert.ok(payment);
  return payment;
};

test("the database and the API tell the same payment", () => {
  assert.deepEqual(paymentFromNode(ID, node), paymentFromApi(body));
});

test("no payment is read from nothing, or from an error", () => {
  assert.equal(paymentFromNode(ID, null), null);
  assert.equal(paymentFromApi({ error: { code: "unknown_transaction" } }), null);
});

test("a status nobody knows is unclear: neither paid nor to be paid again", () => {
  const payment = read({ status: "brand_new" });
  assert.equal(stageOf(payment), "unclear");
});

test("the stage follows money first, then energy", () => {
  const none = { delivery: { status: "none" } };
  assert.equal(stageOf(read({ status: "created", ...none })), "push_unknown");
  assert.equal(stageOf(read({ status: "prompted", ...none })), "prompted");
  assert.equal(
    stageOf(read({ status: "prompted", reason: "paid_unverified", ...none })),
    "unverified",
  );
  assert.equal(stageOf(read(none)), "paid");
  assert.equal(stageOf(read({ delivery: undefined })), "paid");
  assert.equal(stageOf(read({ delivery: { status: "queued" } })), "queued");
  assert.equal(stageOf(read({})), "applied");
  assert.equal(stageOf(read({ delivery: { status: "uncertain" } })), "review");
  assert.equal(stageOf(read({ status: "failed", ...none })), "failed");
});

test("a payment is open exactly while it may still be paid", () => {
  for (const stage of ["push_unknown", "prompted", "unverified"] as const) assert.ok(isOpen(stage));
  for (const stage of ["paid", "queued", "applied", "failed", "expired", "review"] as const) {
    assert.ok(!isOpen(stage));
  }
});

test("following ends with the energy on the meter, a refusal, or a person's turn", () => {
  for (const stage of ["applied", "failed", "expired", "review", "refunded"] as const) {
    assert.ok(!isMoving(stage));
  }
  assert.ok(isMoving("queued"));
});

test("of two words about a payment the later one counts", () => {
  const early = read({ updated_at: 1 });
  const late = read({ updated_at: 2 });
  assert.equal(newer(early, late), late);
  assert.equal(newer(late, early), late);
  assert.equal(newer(null, early), early);
  assert.equal(newer(early, null), early);
});

test("steps are done as far as the payment came", () => {
  const states = (change: object) => reachedSteps(read(change)).map(({ state }) => state);
  const unpaid = { paid_at: undefined, delivery: undefined };
  assert.deepEqual(states({ status: "prompted", ...unpaid }), ["done", "next", "later", "later"]);
  assert.deepEqual(states({ status: "failed", ...unpaid }), ["done", "never", "never", "never"]);
  assert.deepEqual(states({ delivery: { status: "queued" } }), ["done", "done", "done", "next"]);
  assert.deepEqual(states({}), ["done", "done", "done", "done"]);
  assert.deepEqual(states({ status: "review", delivery: undefined }), [
    "done",
    "done",
    "never",
    "never",
  ]);
});

test("a step that was not reached shows no time", () => {
  const [, paid, queued] = reachedSteps(read({ delivery: { status: "none" } }));
  assert.equal(paid?.atMs, 2_000);
  assert.equal(queued?.atMs, null);
});
