// Amount and phone number, checked before anything is sent.
import { useState } from "preact/hooks";
import { localPhone, parseMsisdn } from "../phone.ts";
import type { Order, Outcome } from "../purchase.ts";
import { kes, parseAmountKes } from "../quantity.ts";
import { useWords } from "../words/words.ts";
import { Field } from "./field.tsx";
import { Notice } from "./notice.tsx";

const QUICK_AMOUNTS_KES = [50, 100, 200, 500, 1000] as const;

type Refusal = Extract<Outcome, { kind: "refused" }>;

export function OrderForm(props: {
  readonly meterId: string;
  readonly msisdn: string | null;
  readonly sending: boolean;
  readonly refusal: Refusal | null;
  readonly onOrder: (order: Order) => void;
}) {
  const words = useWords().buy;
  const [amount, setAmount] = useState("");
  const [phone, setPhone] = useState(props.msisdn === null ? "" : localPhone(props.msisdn));
  const [checked, setChecked] = useState(false);
  const amountKes = parseAmountKes(amount);
  const msisdn = parseMsisdn(phone);
  const submit = (event: Event) => {
    event.preventDefault();
    setChecked(true);
    if (props.sending) return;
    if (amountKes === null || msisdn === null) {
      document.getElementById(amountKes === null ? "amount" : "phone")?.focus();
      return;
    }
    props.onOrder({ meterId: props.meterId, amountKes, msisdn });
  };
  return (
    <form class="card" onSubmit={submit} noValidate>
      <Field
        id="amount"
        label={words.amount}
        hint={words.amountHint}
        problem={checked && amountKes === null ? words.badAmount : null}
        value={amount}
        onValue={setAmount}
        inputMode="numeric"
        autocomplete="off"
        large
      />
      <div class="quick">
        {QUICK_AMOUNTS_KES.map((quick) => (
          <button
            key={quick}
            type="button"
            aria-pressed={amountKes === quick}
            onClick={() => setAmount(String(quick))}
          >
            {quick}
          </button>
        ))}
      </div>
      <Field
        id="phone"
        label={words.phone}
        hint={words.phoneHint}
        problem={checked && msisdn === null ? words.badPhone : null}
        value={phone}
        onValue={setPhone}
        inputMode="tel"
        autocomplete="tel"
      />
      {props.refusal === null || props.sending ? null : (
        <Notice kind="bad">
          {words.refused[props.refusal.code] ?? words.refusedOther(props.refusal.message)}
        </Notice>
      )}
      <button type="submit" class="main" disabled={props.sending}>
        {props.sending
          ? words.sending
          : amountKes === null
            ? words.submitEmpty
            : words.submit(kes(amountKes))}
      </button>
    </form>
  );
}
