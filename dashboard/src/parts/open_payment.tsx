// A warning while the last payment may still be paid, so that nobody pays twice.
import type { Payment } from "../payment.ts";
import { kes } from "../quantity.ts";
import { hashOf } from "../route.ts";
import { useWords } from "../words/words.ts";
import { Notice } from "./notice.tsx";

export function OpenPayment({ payment }: { readonly payment: Payment | null }) {
  const words = useWords().buy;
  if (payment === null) return null;
  const { transactionId } = payment;
  return (
    <Notice kind="warn" title={words.openTitle}>
      <p>{words.open(kes(payment.amountKes))}</p>
      <a href={hashOf({ screen: "payment", transactionId })}>{words.openLook}</a>
    </Notice>
  );
}
