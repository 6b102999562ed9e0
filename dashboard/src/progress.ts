// How far a payment came, as the four steps a payer understands.
import { isMoving, type Payment, type Stage, stageOf } from "./payment.ts";

export type StepName = "requested" | "paid" | "queued" | "applied";

/** `done`; `next`: awaited now; `later`; `never`: will not happen by itself. */
export type StepState = "done" | "next" | "later" | "never";

export interface Step {
  readonly name: StepName;
  readonly state: StepState;
  readonly atMs: number | null;
}

const REACHED: Partial<Record<Stage, number>> = { paid: 2, queued: 3, applied: 4 };

export function reachedSteps(payment: Payment): readonly Step[] {
  const stage = stageOf(payment);
  const done = REACHED[stage] ?? (payment.paidMs === null ? 1 : 2);
  const names = ["requested", "paid", "queued", "applied"] as const;
  const times = [payment.createdMs, payment.paidMs, payment.queuedMs, payment.deliveredMs];
  return names.map((name, n) => ({
    name,
    state: stateOf(n, done, isMoving(stage)),
    atMs: n < done ? (times[n] ?? null) : null,
  }));
}

function stateOf(step: number, done: number, moving: boolean): StepState {
  if (step < done) return "done";
  if (!moving) return "never";
  return step === done ? "next" : "later";
}
