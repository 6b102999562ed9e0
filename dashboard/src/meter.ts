// A meter as it last reported: registers, switch, alerts, and the recharges in its queue.
import * as json from "./json.ts";

/** A meter reports every ten minutes at the latest; more than two missed reports are silence. */
export const SILENT_AFTER_MS = 1_500_000;

const SWITCHES = ["connected", "disconnected", "ready"] as const;

export interface Recharge {
  readonly transactionId: string;
  readonly amountKes: number;
  readonly energyWh: number;
  readonly createdMs: number;
  readonly processed: boolean;
  readonly balanceAfterWh: number | null;
}

export interface Alert {
  readonly id: string;
  readonly kind: string;
  readonly raisedMs: number;
  readonly clearedMs: number | null;
}

export interface Meter {
  readonly meterId: string;
  readonly name: string;
  readonly site: string | null;
  readonly ownerUid: string | null;
  readonly tariffId: string | null;
  readonly balanceWh: number | null;
  readonly powerW: number | null;
  readonly switch: (typeof SWITCHES)[number] | null;
  readonly supply: "on" | "off" | null;
  readonly reason: string | null;
  readonly saidGoodbye: boolean;
  readonly lastSeenMs: number | null;
  readonly recharges: readonly Recharge[];
  readonly alerts: readonly Alert[];
}

/** `never`: it has not reported yet; `offline`: its last report is old, or it said goodbye. */
export type Presence = "online" | "offline" | "never";

/** What the switch means to somebody standing in the dark. */
export type Power = "on" | "ready" | "out_of_credit" | "held" | "off" | "unknown";

/** `meters/{meter_id}` of the Realtime Database; newest recharge and alert first. */
export function meterFromNode(meterId: string, node: unknown): Meter {
  const status = json.member(node, "status");
  return {
    meterId,
    name: json.text(node, "name") ?? meterId,
    site: json.text(node, "site"),
    ownerUid: json.text(node, "owner_uid"),
    tariffId: json.text(node, "tariff_id"),
    balanceWh: json.integer(node, "current_balance"),
    powerW: json.integer(node, "consumption_rate"),
    switch: json.oneOf(status, "switch", SWITCHES),
    supply: json.oneOf(status, "supply", ["on", "off"]),
    reason: json.text(status, "reason"),
    saidGoodbye: json.flag(status, "online") === false,
    lastSeenMs: json.integer(status, "last_seen"),
    recharges: readRecharges(json.member(node, "pending_recharge")),
    alerts: readAlerts(json.member(node, "alerts")),
  };
}

export function presence(meter: Meter, nowMs: number): Presence {
  if (meter.lastSeenMs === null) return "never";
  const silent = nowMs - meter.lastSeenMs > SILENT_AFTER_MS;
  return silent || meter.saidGoodbye ? "offline" : "online";
}

export function power(meter: Meter): Power {
  if (meter.switch === null && meter.supply === null) return "unknown";
  if (meter.switch === "ready") return "ready";
  if (meter.switch !== "disconnected" && meter.supply !== "off") return "on";
  if (meter.reason === "out_of_credit" || meter.reason === "held") return meter.reason;
  return "off";
}

/** Below the tariff's warning level, and not yet used up. */
export function isLow(meter: Meter, lowCreditWh: number): boolean {
  return meter.balanceWh !== null && meter.balanceWh > 0 && meter.balanceWh < lowCreditWh;
}

function readRecharges(node: unknown): readonly Recharge[] {
  return json
    .children(node)
    .map(([transactionId, entry]) => ({
      transactionId,
      amountKes: json.integer(entry, "amount") ?? 0,
      energyWh: json.integer(entry, "energy_wh") ?? 0,
      createdMs: json.integer(entry, "created_at") ?? 0,
      processed: json.flag(entry, "processed") === true,
      balanceAfterWh: json.integer(entry, "balance_after"),
    }))
    .sort((a, b) => b.createdMs - a.createdMs);
}

function readAlerts(node: unknown): readonly Alert[] {
  return json
    .children(node)
    .map(([id, alert]) => ({
      id,
      kind: json.text(alert, "kind") ?? "",
      raisedMs: json.integer(alert, "raised_at") ?? 0,
      clearedMs: json.integer(alert, "cleared_at"),
    }))
    .sort((a, b) => b.raisedMs - a.raisedMs);
}
