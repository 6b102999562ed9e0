// The four steps of a payment, with the time of each that was reached.
import { dateTimeEat } from "../clock.ts";
import type { Payment } from "../payment.ts";
import { reachedSteps, type StepState } from "../progress.ts";
import { useWords } from "../words/words.ts";

export function Steps({ payment }: { readonly payment: Payment }) {
  const words = useWords();
  return (
    <ol class="steps">
      {reachedSteps(payment).map(({ name, state, atMs }) => (
        <li key={name} class={state} {...current(state)}>
          <span class="mark" aria-hidden="true" />
          <span>
            {words.payment.steps[name][state === "done" ? "done" : "awaited"]}
            {atMs === null ? null : <small>{dateTimeEat(atMs, words.months)}</small>}
          </span>
        </li>
      ))}
    </ol>
  );
}

function current(state: StepState) {
  return state === "next" ? { "aria-current": "step" as const } : {};
}
