// The payment last requested, while nobody knows yet whether it will be paid.
import { type Live, useLive } from "./live.ts";
import { isOpen, type Payment, paymentFromNode, stageOf } from "./payment.ts";
import { useSession } from "./session_context.ts";

const NONE: Live<null> = { state: "known", value: null };

/** `null` inside when the last payment has an end, or there is none. */
export function useLatestOpen(): Live<Payment | null> {
  const { latestTransactionId: id } = useSession().profile;
  const live = useLive(id === null ? null : { path: `transactions/${id}` }, (node) =>
    openPayment(id ?? "", node),
  );
  return id === null ? NONE : live;
}

function openPayment(transactionId: string, node: unknown): Payment | null {
  const payment = paymentFromNode(transactionId, node);
  return payment !== null && isOpen(stageOf(payment)) ? payment : null;
}
