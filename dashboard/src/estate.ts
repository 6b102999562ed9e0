// What an operator watches: meters, payments that wait for a decision, money without a meter.
import { dayEat } from "./clock.ts";
import * as json from "./json.ts";
import { type Alert, type Meter, meterFromNode } from "./meter.ts";

export interface Review {
  readonly transactionId: string;
  readonly reason: string;
  readonly raisedMs: number;
}

export interface Suspense {
  readonly receipt: string;
  readonly amountKes: number;
  readonly account: string;
  readonly receivedMs: number;
}

export interface MeterAlert extends Alert {
  readonly meter: Meter;
}

export function metersFromNode(node: unknown): readonly Meter[] {
  return json.children(node).map(([meterId, meter]) => meterFromNode(meterId, meter));
}

/** Alerts of today (East Africa Time), and older ones that still stand; newest first. */
export function alertsOf(meters: readonly Meter[], nowMs: number): readonly MeterAlert[] {
  const today = dayEat(nowMs);
  return meters
    .flatMap((meter) => meter.alerts.map((alert) => ({ ...alert, meter })))
    .filter((alert) => alert.clearedMs === null || dayEat(alert.raisedMs) === today)
    .sort((a, b) => b.raisedMs - a.raisedMs);
}

/** Oldest first: what waits longest is looked at first. */
export function reviewsFromNode(node: unknown): readonly Review[] {
  return json
    .children(node)
    .map(([transactionId, review]) => ({
      transactionId,
      reason: json.text(review, "reason") ?? "",
      raisedMs: json.integer(review, "raised_at") ?? 0,
    }))
    .sort((a, b) => a.raisedMs - b.raisedMs);
}

export function suspenseFromNode(node: unknown): readonly Suspense[] {
  return json
    .children(node)
    .map(([receipt, money]) => ({
      receipt,
      amountKes: json.integer(money, "amount") ?? 0,
      account: json.text(money, "account_reference") ?? "",
      receivedMs: json.integer(money, "received_at") ?? 0,
    }))
    .sort((a, b) => a.receivedMs - b.receivedMs);
}
