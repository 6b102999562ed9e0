// Following one payment to its end: live from the database, and by asking the API, which also makes
// the functions ask M-PESA. Asking is bounded; where the database is heard it is only a nudge.
import { useEffect, useState } from "preact/hooks";
import type { Ask } from "./api.ts";
import { known, type Live, useLive } from "./live.ts";
import {
  isMoving,
  newer,
  type Payment,
  paymentFromApi,
  paymentFromNode,
  stageOf,
} from "./payment.ts";
import { useSession } from "./session_context.ts";

export const NUDGES_MS = [15_000, 30_000, 60_000, 120_000, 300_000] as const;
export const POLLS_MS = [
  2_000, 3_000, 5_000, 8_000, 13_000, 20_000, 30_000, 60_000, 120_000,
] as const;

/** The payment as last told by either source; `null` inside when there is no such payment. */
export function useFollowed(transactionId: string): Live<Payment | null> {
  const { ask } = useSession();
  const live = useLive({ path: `transactions/${transactionId}` }, (node) =>
    paymentFromNode(transactionId, node),
  );
  const connected = known(useLive({ path: ".info/connected" }, Boolean));
  const [told, setTold] = useState<Payment | null>(null);
  const payment = newer(known(live), told?.transactionId === transactionId ? told : null);
  const heard = live.state === "known" && connected === true;
  const moving = payment === null || isMoving(stageOf(payment));
  useEffect(() => {
    if (!moving) return;
    const stop = new AbortController();
    void poll(ask, transactionId, heard ? NUDGES_MS : POLLS_MS, setTold, stop.signal);
    return () => stop.abort();
  }, [ask, transactionId, moving, heard]);
  return payment === null ? live : { state: "known", value: payment };
}

async function poll(
  ask: Ask,
  transactionId: string,
  pausesMs: readonly number[],
  tell: (payment: Payment) => void,
  stop: AbortSignal,
): Promise<void> {
  for (const pauseMs of pausesMs) {
    await passed(pauseMs, stop);
    if (stop.aborted) return;
    const answer = await ask({ method: "GET", path: `/api/payments/${transactionId}` });
    const payment = answer.kind === "answered" ? paymentFromApi(answer.body) : null;
    if (payment !== null && !stop.aborted) tell(payment);
  }
}

/** Resolves when the time has passed, or at once when it is stopped. */
function passed(durationMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    stop.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
