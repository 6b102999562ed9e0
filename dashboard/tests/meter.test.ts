import assert from "node:assert/strict";
import { test } from "node:test";
import { isLow, meterFromNode, power, presence, SILENT_AFTER_MS } from "../src/meter.ts";

const SEEN = 1_795_208_404_000;
const node = {
  name: "House A1",
  owner_uid: "tenant-amina",
  tariff_id: "domestic",
  current_balance: 2_500,
  consumption_rate: 340,
  status: { online: true, switch: "connected", supply: "on", reason: "credit", last_seen: SEEN },
};
const withStatus = (status: object) =>
  meterFromNode("MTR-001", { ...node, status: { ...node.status, ...status } });

test("a meter is online while its reports come", () => {
  const meter = meterFromNode("MTR-001", node);
  assert.equal(presence(meter, SEEN + SILENT_AFTER_MS), "online");
  assert.equal(presence(meter, SEEN + SILENT_AFTER_MS + 1), "offline");
});

test("a meter that missed one heartbeat, ten minutes long, is still online", () => {
  const meter = meterFromNode("MTR-001", node);
  assert.equal(presence(meter, SEEN + 20 * 60_000 + 5_000), "online");
  assert.equal(presence(meter, SEEN + 30 * 60_000), "offline");
});

test("a meter that said goodbye is offline at once, one that never reported is neither", () => {
  assert.equal(presence(withStatus({ online: false }), SEEN), "offline");
  assert.equal(presence(meterFromNode("MTR-003", { name: "House A3" }), SEEN), "never");
});

test("the switch is told by what it means", () => {
  assert.equal(power(withStatus({})), "on");
  assert.equal(power(withStatus({ switch: "ready", supply: "off" })), "ready");
  const off = { switch: "disconnected", supply: "off" };
  assert.equal(power(withStatus({ ...off, reason: "out_of_credit" })), "out_of_credit");
  assert.equal(power(withStatus({ ...off, reason: "held" })), "held");
  assert.equal(power(withStatus({ ...off, reason: "something new" })), "off");
  assert.equal(power(meterFromNode("MTR-003", {})), "unknown");
});

test("an unknown balance is unknown, not zero", () => {
  const meter = meterFromNode("MTR-003", { name: "House A3" });
  assert.equal(meter.balanceWh, null);
  assert.equal(isLow(meter, 1_000), false);
});

test("credit is low below the tariff's level, and not once it is used up", () => {
  const low = [1_000, 999, 1, 0, -5].map((current_balance) =>
    isLow(meterFromNode("MTR-001", { ...node, current_balance }), 1_000),
  );
  assert.deepEqual(low, [false, true, true, false, false]);
});

test("recharges are newest first and waiting until the meter says otherwise", () => {
  const entry = { amount: 100, energy_wh: 6_787, processed: false };
  const { recharges } = meterFromNode("MTR-001", {
    ...node,
    pending_recharge: {
      a: { ...entry, created_at: 1, processed: true, balance_after: 9_287 },
      b: { ...entry, created_at: 2 },
    },
  });
  assert.deepEqual(
    recharges.map(({ transactionId, processed, balanceAfterWh }) => [
      transactionId,
      processed,
      balanceAfterWh,
    ]),
    [
      ["b", false, null],
      ["a", true, 9_287],
    ],
  );
});
