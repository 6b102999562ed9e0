// A tenant's own payments, newest first.
import { dateTimeEat } from "../clock.ts";
import * as json from "../json.ts";
import { useLive } from "../live.ts";
import { Notice } from "../parts/notice.tsx";
import { Title } from "../parts/title.tsx";
import { isMoving, type Payment, paymentFromNode, stageOf } from "../payment.ts";
import { kes, kwh } from "../quantity.ts";
import { hashOf } from "../route.ts";
import { useSession } from "../session_context.ts";
import { useWords } from "../words/words.ts";

const SHOWN = 25;

export function Payments() {
  const words = useWords();
  const { uid } = useSession().person;
  const live = useLive(
    { path: "transactions", whereEqual: ["user_id", uid], last: SHOWN },
    newestFirst,
  );
  return (
    <div class="narrow-column">
      <Title>{words.payments.title}</Title>
      {live.state === "loading" ? <p class="loading">{words.loading}</p> : null}
      {live.state === "refused" ? <Notice kind="bad">{words.notReadable}</Notice> : null}
      {live.state === "known" ? <List payments={live.value} /> : null}
    </div>
  );
}

function List({ payments }: { readonly payments: readonly Payment[] }) {
  const words = useWords();
  if (payments.length === 0) return <p class="muted">{words.payments.none}</p>;
  return (
    <>
      <ul class="rows card">
        {payments.map((payment) => (
          <Row key={payment.transactionId} payment={payment} />
        ))}
      </ul>
      {payments.length === SHOWN ? <p class="muted">{words.payments.newest(SHOWN)}</p> : null}
    </>
  );
}

function Row({ payment }: { readonly payment: Payment }) {
  const words = useWords();
  const stage = stageOf(payment);
  const tone = stage === "applied" ? "good" : stage === "failed" ? "bad" : "warn";
  const energyWh = payment.deliveredWh ?? (isMoving(stage) ? payment.quotedWh : null);
  return (
    <li>
      <a href={hashOf({ screen: "payment", transactionId: payment.transactionId })}>
        <span>
          <strong>
            {kes(payment.amountKes)}
            {energyWh === null ? "" : ` · ${kwh(energyWh)} kWh`}
          </strong>
          <small>{dateTimeEat(payment.createdMs, words.months)}</small>
        </span>
        <span class={`tag ${tone}`}>{words.payment.stage[stage]}</span>
      </a>
    </li>
  );
}

/** Push ids grow with time, so the last key is the newest payment. */
function newestFirst(node: unknown): readonly Payment[] {
  return json
    .children(node)
    .map(([id, one]) => paymentFromNode(id, one))
    .filter((payment) => payment !== null)
    .reverse();
}
