// One payment, followed live from the request to the energy on the meter.
import { dateTimeEat } from "../clock.ts";
import { useFollowed } from "../follow.ts";
import { Icon } from "../parts/icons.tsx";
import { Notice } from "../parts/notice.tsx";
import { Quote } from "../parts/quote.tsx";
import { Steps } from "../parts/steps.tsx";
import { Title } from "../parts/title.tsx";
import { type Payment, type Stage, stageOf } from "../payment.ts";
import { kes, kwh } from "../quantity.ts";
import { hashOf } from "../route.ts";
import { useSession } from "../session_context.ts";
import type { Words } from "../words/en.ts";
import { useWords } from "../words/words.ts";

const TONES: Record<Stage, "good" | "info" | "warn" | "bad"> = {
  push_unknown: "warn",
  prompted: "info",
  unverified: "warn",
  paid: "good",
  queued: "info",
  applied: "good",
  failed: "bad",
  expired: "warn",
  review: "warn",
  withdrawn: "warn",
  refunding: "info",
  refunded: "info",
  unclear: "warn",
};

export function PaymentScreen({ transactionId }: { readonly transactionId: string }) {
  const words = useWords();
  const { role } = useSession().person;
  const live = useFollowed(transactionId);
  return (
    <>
      {role === "staff" ? (
        <a class="plain back" href={hashOf({ screen: "estate" })}>
          <Icon name="back" />
          {words.menu.estate}
        </a>
      ) : null}
      <Title>{words.payment.title}</Title>
      {live.state === "loading" ? <p class="loading">{words.loading}</p> : null}
      {live.state === "refused" || (live.state === "known" && live.value === null) ? (
        <Notice kind="warn">{words.payment.unknown}</Notice>
      ) : null}
      {live.state === "known" && live.value !== null ? <Followed payment={live.value} /> : null}
    </>
  );
}

function Followed({ payment }: { readonly payment: Payment }) {
  const words = useWords();
  const { role } = useSession().person;
  const stage = stageOf(payment);
  return (
    <div class="columns">
      <div>
        <p class="sum">
          {kes(payment.amountKes)}
          <small>{payment.quotedWh === null ? null : `${kwh(payment.quotedWh)} kWh`}</small>
        </p>
        <div aria-live="polite" data-testid="stage" data-stage={stage}>
          <Notice kind={TONES[stage]} title={words.payment.stage[stage]}>
            {says(payment, stage, words)}
          </Notice>
        </div>
        <Steps payment={payment} />
        {stage === "failed" && role === "tenant" ? (
          <a class="main" href={hashOf({ screen: "buy" })}>
            {words.payment.buyAgain}
          </a>
        ) : null}
      </div>
      <div>
        <Receipt payment={payment} />
        {stage === "failed" ? null : <Quote lines={payment.lines} />}
      </div>
    </div>
  );
}

/** The honest sentence: after a certain refusal, with its cause. */
function says(payment: Payment, stage: Stage, words: Words): string {
  const { refused, says: said } = words.payment;
  if (stage !== "failed") return said[stage];
  return refused[payment.resultCode ?? ""] ?? refused[payment.reason ?? ""] ?? said.failed;
}

function Receipt({ payment }: { readonly payment: Payment }) {
  const words = useWords();
  const { payment: names } = words;
  const energy = (wh: number | null) => (wh === null ? null : `${kwh(wh)} kWh`);
  const rows: readonly (readonly [string, string | null, string])[] = [
    [names.mpesaReceipt, payment.receipt, "receipt"],
    [names.units, energy(payment.deliveredWh), "units"],
    [names.before, energy(payment.balanceBeforeWh), "before"],
    [names.after, energy(payment.balanceAfterWh), "after"],
    [names.meter, payment.meterId, "meter"],
    [names.phone, payment.phone, "phone"],
    [names.time, dateTimeEat(payment.paidMs ?? payment.createdMs, words.months), "time"],
  ];
  return (
    <section class="card">
      <h2>{payment.receipt === null ? names.title : names.receipt}</h2>
      <dl class="table">
        {rows.map(([name, value, id]) =>
          value === null ? null : (
            <div key={id}>
              <dt>{name}</dt>
              <dd data-testid={id}>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}
