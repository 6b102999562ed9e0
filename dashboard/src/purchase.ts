// One purchase and its Idempotency-Key. The key lives until the purchase has an answer, across
// taps, retries and reloads: however often it is sent, the phone is prompted at most once.
import type { Answer, Ask } from "./api.ts";
import * as json from "./json.ts";
import type { Keeper } from "./storage.ts";

/** Pauses before the repeats that need nobody's tap. */
export const RETRY_PAUSES_MS = [1_000, 3_000] as const;

export interface Order {
  readonly meterId: string;
  readonly amountKes: number;
  readonly msisdn: string;
}

export interface Purchase extends Order {
  readonly key: string;
}

/** `unknown`: nobody can say yet whether the request was received; the purchase stays open. */
export type Outcome =
  | { readonly kind: "accepted"; readonly transactionId: string }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly message: string;
      readonly transactionId: string | null;
    }
  | { readonly kind: "unknown" };

/**
 * Refusals of the order itself, before any prompt: an earlier send that got lost was refused alike.
 * 401 is not among them: it says nothing about an earlier send.
 */
const CERTAIN_REFUSALS: ReadonlySet<number> = new Set([400, 403, 404, 405, 409, 413, 415]);

/** A 502 is certain only when it names the payment that was refused. */
const PUSH_REFUSED = 502;

/** What an answer to POST /daraja/stk-push means. */
export function outcomeOf(answer: Answer): Outcome {
  if (answer.kind === "unanswered") return { kind: "unknown" };
  const accepted = json.text(answer.body, "transaction_id");
  if (answer.status === 202 && accepted !== null) {
    return { kind: "accepted", transactionId: accepted };
  }
  const error = json.member(answer.body, "error");
  const code = json.text(error, "code");
  const transactionId = json.text(error, "transaction_id");
  const certain =
    CERTAIN_REFUSALS.has(answer.status) ||
    (answer.status === PUSH_REFUSED && transactionId !== null);
  if (!certain || code === null) return { kind: "unknown" };
  return { kind: "refused", code, message: json.text(error, "message") ?? "", transactionId };
}

/** The purchases of one signed-in person: at most one is open at a time. */
export class Till {
  #underway: Promise<Outcome> | null = null;
  readonly #place: string;

  constructor(
    uid: string,
    private readonly keeper: Keeper,
    private readonly ask: Ask,
    private readonly newKey: () => string,
    private readonly pause: (durationMs: number) => Promise<void>,
  ) {
    this.#place = `lipamita.purchase.${uid}`;
  }

  /** The purchase that still waits for an answer, also from before a reload. */
  open(): Purchase | null {
    const kept = this.keeper.getItem(this.#place);
    return kept === null ? null : readPurchase(kept);
  }

  /**
   * Send the order; an open purchase is sent again in its place, under its own key. While one is
   * being sent, a second call joins it.
   */
  buy(order: Order): Promise<Outcome> {
    if (this.#underway === null) {
      const purchase = this.open() ?? { ...order, key: this.newKey() };
      this.keeper.setItem(this.#place, JSON.stringify(purchase));
      this.#underway = this.#send(purchase).finally(() => {
        this.#underway = null;
      });
    }
    return this.#underway;
  }

  /** Give the open purchase up: the next one is another purchase, with another key. */
  giveUp(): void {
    this.keeper.removeItem(this.#place);
  }

  async #send(purchase: Purchase): Promise<Outcome> {
    let outcome = outcomeOf(await this.ask(requestOf(purchase)));
    for (const pauseMs of RETRY_PAUSES_MS) {
      if (outcome.kind !== "unknown") break;
      await this.pause(pauseMs);
      outcome = outcomeOf(await this.ask(requestOf(purchase)));
    }
    if (outcome.kind !== "unknown") this.keeper.removeItem(this.#place);
    return outcome;
  }
}

function requestOf(purchase: Purchase) {
  return {
    method: "POST",
    path: "/daraja/stk-push",
    headers: { "Idempotency-Key": purchase.key },
    body: {
      meter_id: purchase.meterId,
      amount: purchase.amountKes,
      phone_number: purchase.msisdn,
    },
  } as const;
}

function readPurchase(kept: string): Purchase | null {
  let node: unknown;
  try {
    node = JSON.parse(kept);
  } catch {
    return null;
  }
  const [meterId, msisdn, key] = ["meterId", "msisdn", "key"].map((name) => json.text(node, name));
  const amountKes = json.integer(node, "amountKes");
  return meterId && msisdn && key && amountKes ? { meterId, amountKes, msisdn, key } : null;
}
