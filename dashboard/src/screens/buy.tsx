// Buying electricity: the order form, and what stands in its place while a purchase is open.
import { useState } from "preact/hooks";
import { useLatestOpen } from "../latest_open.ts";
import { known, useLive } from "../live.ts";
import { meterFromNode } from "../meter.ts";
import { Notice } from "../parts/notice.tsx";
import { OpenPayment } from "../parts/open_payment.tsx";
import { OrderForm } from "../parts/order_form.tsx";
import { Title } from "../parts/title.tsx";
import { localPhone } from "../phone.ts";
import type { Order, Outcome, Purchase } from "../purchase.ts";
import { kes } from "../quantity.ts";
import { go } from "../route.ts";
import { useSession } from "../session_context.ts";
import { useWords } from "../words/words.ts";

export function Buy() {
  const words = useWords();
  const { profile, till } = useSession();
  const { meterId } = profile;
  const meter = useLive(meterId === null ? null : { path: `meters/${meterId}` }, (node) =>
    meterFromNode(meterId ?? "", node),
  );
  const latest = useLatestOpen();
  const [another, setAnother] = useState(false);
  const [sending, setSending] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [, redraw] = useState(0);

  const buy = async (order: Order) => {
    setSending(true);
    const answer = await till.buy(order).finally(() => setSending(false));
    setOutcome(answer);
    if (answer.kind === "accepted") {
      go({ screen: "payment", transactionId: answer.transactionId });
    }
  };
  const giveUp = () => {
    till.giveUp();
    redraw((count) => count + 1);
  };

  if (meterId === null) {
    return (
      <>
        <Title>{words.buy.title}</Title>
        <Notice kind="info">{words.meter.none}</Notice>
      </>
    );
  }
  const unanswered = sending ? null : till.open();
  const open = known(latest);
  return (
    <div class="narrow-column">
      <Title>{words.buy.title}</Title>
      <p class="muted">{words.buy.forMeter(known(meter)?.name ?? "…", meterId)}</p>
      {unanswered !== null ? (
        <Unanswered purchase={unanswered} onAsk={() => buy(unanswered)} onGiveUp={giveUp} />
      ) : open !== null && !another && !sending ? (
        <>
          <OpenPayment payment={open} />
          <button type="button" class="plain" onClick={() => setAnother(true)}>
            {words.buy.another}
          </button>
        </>
      ) : latest.state === "loading" ? (
        <p class="loading">{words.loading}</p>
      ) : (
        <OrderForm
          meterId={meterId}
          msisdn={profile.msisdn}
          sending={sending}
          refusal={outcome?.kind === "refused" ? outcome : null}
          onOrder={buy}
        />
      )}
    </div>
  );
}

function Unanswered(props: {
  readonly purchase: Purchase;
  readonly onAsk: () => void;
  readonly onGiveUp: () => void;
}) {
  const words = useWords().buy;
  const { amountKes, msisdn } = props.purchase;
  return (
    <section class="card">
      <Notice kind="warn" title={words.unknownTitle}>
        {words.unknown(kes(amountKes), localPhone(msisdn))}
      </Notice>
      <button type="button" class="main" onClick={props.onAsk}>
        {words.askAgain}
      </button>
      <p class="muted">{words.giveUpWarning}</p>
      <button type="button" class="plain" onClick={props.onGiveUp}>
        {words.giveUp}
      </button>
    </section>
  );
}
