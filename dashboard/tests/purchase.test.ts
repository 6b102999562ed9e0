import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer, Request } from "../src/api.ts";
import { type Order, outcomeOf, RETRY_PAUSES_MS, Till } from "../src/purchase.ts";
import type { Keeper } from "../src/storage.ts";

const ORDER: Order = { meterId: "MTR-001", amountKes: 100, msisdn: "254700000001" };
const ID = "-Of2aAbcdEFGHijkl012";
const LOST: Answer = { kind: "unanswered" };
const ACCEPTED = answered(202, { transaction_id: ID });

function answered(status: number, body: unknown): Answer {
  return { kind: "answered", status, body };
}

function refusal(status: number, code: string, more: object = {}): Answer {
  return answered(status, { error: { code, message: "Because.", ...more } });
}

class Memory implements Keeper {
  readonly values = new Map<string, string>();
  getItem = (name: string) => this.values.get(name) ?? null;
  setItem = (name: string, value: string) => void this.values.set(name, value);
  removeItem = (name: string) => void this.values.delete(name);
}

/** A till whose server gives these answers in turn, and what was sent to it. */
function till(answers: readonly Answer[], keeper: Keeper = new Memory(), uid = "tenant-amina") {
  const sent: Request[] = [];
  const pauses: number[] = [];
  let keys = 0;
  const opened = new Till(
    uid,
    keeper,
    async (request) => {
      sent.push(request);
      return answers[Math.min(sent.length, answers.length) - 1] ?? LOST;
    },
    () => `key-${++keys}`,
    async (pauseMs) => void pauses.push(pauseMs),
  );
  return {
    opened,
    pauses,
    sentKeys: () => sent.map(({ headers }) => headers?.["Idempotency-Key"]),
    sent,
  };
}

test("an accepted purchase is closed, and the next one has another key", async () => {
  const { opened, sentKeys } = till([ACCEPTED]);
  assert.deepEqual(await opened.buy(ORDER), { kind: "accepted", transactionId: ID });
  assert.equal(opened.open(), null);
  await opened.buy(ORDER);
  assert.deepEqual(sentKeys(), ["key-1", "key-2"]);
});

test("two taps are one request", async () => {
  const { opened, sent } = till([ACCEPTED]);
  const [first, second] = await Promise.all([opened.buy(ORDER), opened.buy(ORDER)]);
  assert.equal(sent.length, 1);
  assert.deepEqual(first, second);
});

test("a lost answer is asked for again under the same key with the same body", async () => {
  const { opened, sent, sentKeys, pauses } = till([LOST, answered(500, {}), ACCEPTED]);
  assert.equal((await opened.buy(ORDER)).kind, "accepted");
  assert.deepEqual(sentKeys(), ["key-1", "key-1", "key-1"]);
  assert.equal(new Set(sent.map(({ body }) => JSON.stringify(body))).size, 1);
  assert.deepEqual(pauses, [...RETRY_PAUSES_MS]);
});

test("repeating by itself is bounded, and the purchase stays open", async () => {
  const { opened, sent } = till([LOST]);
  assert.deepEqual(await opened.buy(ORDER), { kind: "unknown" });
  assert.equal(sent.length, 1 + RETRY_PAUSES_MS.length);
  assert.deepEqual(opened.open(), { ...ORDER, key: "key-1" });
});

test("an open purchase keeps its key across a reload", async () => {
  const keeper = new Memory();
  await till([LOST], keeper).opened.buy(ORDER);
  const reloaded = till([ACCEPTED], keeper);
  const open = reloaded.opened.open();
  assert.ok(open);
  await reloaded.opened.buy(open);
  assert.deepEqual(reloaded.sentKeys(), ["key-1"]);
  assert.equal(reloaded.opened.open(), null);
});

test("another order cannot slip in under an open purchase or in its place", async () => {
  const { opened, sent, sentKeys } = till([LOST, LOST, LOST, ACCEPTED]);
  await opened.buy(ORDER);
  await opened.buy({ ...ORDER, amountKes: 200 });
  assert.deepEqual(new Set(sentKeys()), new Set(["key-1"]));
  assert.equal(new Set(sent.map(({ body }) => JSON.stringify(body))).size, 1);
});

test("a purchase that was given up is followed by another one", async () => {
  const { opened, sentKeys } = till([LOST, LOST, LOST, ACCEPTED]);
  await opened.buy(ORDER);
  opened.giveUp();
  await opened.buy(ORDER);
  assert.equal(sentKeys().at(-1), "key-2");
});

test("the purchases of two people on one phone are apart", async () => {
  const keeper = new Memory();
  await till([LOST], keeper).opened.buy(ORDER);
  assert.equal(till([], keeper, "tenant-brian").opened.open(), null);
});

test("rubbish in the browser's memory is no purchase", () => {
  for (const rubbish of ["", "{", "null", "[]", '{"key":"k"}']) {
    const keeper = new Memory();
    keeper.setItem("lipamita.purchase.tenant-amina", rubbish);
    assert.equal(till([], keeper).opened.open(), null, rubbish);
  }
});

test("only an answer that says so is a refusal", () => {
  for (const answer of [
    refusal(400, "invalid_amount"),
    refusal(403, "not_your_meter"),
    refusal(409, "meter_not_ready"),
    refusal(502, "subscriber_busy", { transaction_id: ID }),
  ]) {
    assert.equal(outcomeOf(answer).kind, "refused", JSON.stringify(answer));
  }
});

test("everything else leaves the purchase open", () => {
  for (const answer of [
    LOST,
    refusal(500, "internal"),
    refusal(503, "busy"),
    refusal(502, "bad_gateway"),
    refusal(401, "unauthenticated"),
    answered(502, "<html>"),
    answered(404, "<html>"),
    answered(202, {}),
    answered(200, { transaction_id: ID }),
  ]) {
    assert.equal(outcomeOf(answer).kind, "unknown", JSON.stringify(answer));
  }
});
