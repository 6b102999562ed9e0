// A payment as the database keeps it and as the API tells it: one shape, and where it stands.
import * as json from "./json.ts";

const STATUSES = [
  "created",
  "prompted",
  "paid",
  "failed",
  "expired",
  "review",
  "refunding",
  "refunded",
] as const;
const DELIVERIES = ["none", "queued", "delivered", "uncertain", "withdrawn"] as const;

export interface QuoteLine {
  readonly kind: string;
  readonly label: string;
  readonly amountCents: number;
  readonly energyWh: number | null;
}

export interface Payment {
  readonly transactionId: string;
  readonly meterId: string;
  readonly status: (typeof STATUSES)[number] | null;
  readonly reason: string | null;
  readonly resultCode: string | null;
  readonly amountKes: number;
  readonly phone: string;
  readonly receipt: string | null;
  readonly quotedWh: number | null;
  readonly lines: readonly QuoteLine[];
  readonly delivery: (typeof DELIVERIES)[number];
  readonly deliveredWh: number | null;
  readonly balanceBeforeWh: number | null;
  readonly balanceAfterWh: number | null;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly paidMs: number | null;
  readonly queuedMs: number | null;
  readonly deliveredMs: number | null;
}

/** Where money and energy are, in the words the payer is told. */
export type Stage =
  | "push_unknown"
  | "prompted"
  | "unverified"
  | "paid"
  | "queued"
  | "applied"
  | "failed"
  | "expired"
  | "review"
  | "withdrawn"
  | "refunding"
  | "refunded"
  | "unclear";

const OPEN_STAGES: ReadonlySet<Stage> = new Set(["push_unknown", "prompted", "unverified"]);
const MOVING_STAGES: ReadonlySet<Stage> = new Set([...OPEN_STAGES, "paid", "queued"]);

export function stageOf(payment: Payment): Stage {
  switch (payment.status) {
    case "created":
      return "push_unknown";
    case "prompted":
      return payment.reason === "paid_unverified" ? "unverified" : "prompted";
    case "paid":
      return PAID_STAGES[payment.delivery];
    case null:
      return "unclear";
    default:
      return payment.status;
  }
}

const PAID_STAGES: Record<Payment["delivery"], Stage> = {
  none: "paid",
  queued: "queued",
  delivered: "applied",
  uncertain: "review",
  withdrawn: "withdrawn",
};

/** Nobody knows yet whether this will be paid: another payment may pay twice. */
export function isOpen(stage: Stage): boolean {
  return OPEN_STAGES.has(stage);
}

/** Something is still expected to happen by itself. */
export function isMoving(stage: Stage): boolean {
  return MOVING_STAGES.has(stage);
}

/** The later word of two about the same payment. */
export function newer(a: Payment | null, b: Payment | null): Payment | null {
  if (a === null || b === null) return a ?? b;
  return b.updatedMs > a.updatedMs ? b : a;
}

/** `transactions/{transaction_id}` of the Realtime Database; null when there is none. */
export function paymentFromNode(transactionId: string, node: unknown): Payment | null {
  if (json.text(node, "meter_id") === null) return null;
  const quote = json.member(node, "quote");
  const delivery = json.member(node, "delivery");
  return {
    ...common(transactionId, node),
    amountKes: json.integer(node, "amount") ?? 0,
    lines: json.children(json.member(quote, "lines")).map(([, line]) => quoteLine(line)),
    balanceBeforeWh: json.integer(delivery, "balance_before"),
    balanceAfterWh: json.integer(delivery, "balance_after"),
    createdMs: json.integer(node, "timestamp") ?? 0,
    updatedMs: json.integer(node, "updated_at") ?? 0,
    paidMs: json.integer(node, "paid_at"),
    queuedMs: json.integer(delivery, "queued_at"),
    deliveredMs: json.integer(delivery, "delivered_at"),
  };
}

/** The body of GET /api/payments/{transaction_id}. */
export function paymentFromApi(body: unknown): Payment | null {
  const transactionId = json.text(body, "transaction_id");
  if (transactionId === null) return null;
  const lines = json.member(json.member(body, "quote"), "lines");
  const delivery = json.member(body, "delivery");
  return {
    ...common(transactionId, body),
    amountKes: json.integer(body, "amount_kes") ?? 0,
    lines: Array.isArray(lines) ? lines.map(quoteLine) : [],
    balanceBeforeWh: json.integer(delivery, "balance_before_wh"),
    balanceAfterWh: json.integer(delivery, "balance_after_wh"),
    createdMs: json.integer(body, "created_at_ms") ?? 0,
    updatedMs: json.integer(body, "updated_at_ms") ?? 0,
    paidMs: json.integer(body, "paid_at_ms"),
    queuedMs: json.integer(delivery, "queued_at_ms"),
    deliveredMs: json.integer(delivery, "delivered_at_ms"),
  };
}

/** What both name alike. */
function common(transactionId: string, node: unknown) {
  const delivery = json.member(node, "delivery");
  return {
    transactionId,
    meterId: json.text(node, "meter_id") ?? "",
    status: json.oneOf(node, "status", STATUSES),
    reason: json.text(node, "reason"),
    resultCode: json.text(node, "result_code"),
    phone: json.text(node, "phone_number") ?? "",
    receipt: json.text(node, "mpesa_receipt"),
    quotedWh: json.integer(json.member(node, "quote"), "energy_wh"),
    delivery: json.oneOf(delivery, "status", DELIVERIES) ?? "none",
    deliveredWh: json.integer(delivery, "energy_wh"),
  };
}

function quoteLine(line: unknown): QuoteLine {
  return {
    kind: json.text(line, "kind") ?? "",
    label: json.text(line, "label") ?? "",
    amountCents: json.integer(line, "amount_cents") ?? 0,
    energyWh: json.integer(line, "energy_wh"),
  };
}
