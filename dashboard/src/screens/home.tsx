// The tenant's meter: what is left, what it does, and what is on its way.

import { ago } from "../clock.ts";
import { useLatestOpen } from "../latest_open.ts";
import { known, useLive } from "../live.ts";
import { isLow, type Meter, meterFromNode, power, presence, type Recharge } from "../meter.ts";
import { useNow } from "../now.ts";
import { Alerts } from "../parts/alerts.tsx";
import { Notice } from "../parts/notice.tsx";
import { OpenPayment } from "../parts/open_payment.tsx";
import { Title } from "../parts/title.tsx";
import { UsageCard } from "../parts/usage.tsx";
import { kes, kwh, watts } from "../quantity.ts";
import { hashOf } from "../route.ts";
import { useSession } from "../session_context.ts";
import { useWatched } from "../watch.ts";
import { useWords } from "../words/words.ts";

const RECHARGES_SHOWN = 5;

export function Home() {
  const words = useWords();
  const { profile } = useSession();
  const { meterId } = profile;
  const live = useLive(meterId === null ? null : { path: `meters/${meterId}` }, (node) =>
    meterFromNode(meterId ?? "", node),
  );
  useWatched(meterId);
  return (
    <>
      <Title>{words.meter.title}</Title>
      {meterId === null ? <Notice kind="info">{words.meter.none}</Notice> : null}
      {live.state === "refused" ? <Notice kind="bad">{words.notReadable}</Notice> : null}
      {meterId !== null && live.state === "loading" ? <p class="loading">{words.loading}</p> : null}
      {live.state === "known" ? <MeterAtHome meter={live.value} /> : null}
    </>
  );
}

function MeterAtHome({ meter }: { readonly meter: Meter }) {
  const words = useWords();
  const now = useNow();
  return (
    <>
      <OpenPayment payment={known(useLatestOpen())} />
      <Hints meter={meter} now={now} />
      <Alerts alerts={meter.alerts} now={now} />
      <div class="columns">
        <div>
          <Credit meter={meter} now={now} />
          <a class="main" href={hashOf({ screen: "buy" })}>
            {words.buy.title}
          </a>
        </div>
        <div>
          <Recharges recharges={meter.recharges} />
          <UsageCard
            meterId={meter.meterId}
            renew={meter.recharges.filter(({ processed }) => processed).length}
          />
        </div>
      </div>
    </>
  );
}

interface MeterNow {
  readonly meter: Meter;
  readonly now: number;
}

function Hints({ meter, now }: MeterNow) {
  const words = useWords();
  const tariff =
    meter.tariffId === null ? null : { path: `tariffs/${meter.tariffId}/low_credit_wh` };
  const lowCreditWh = known(useLive(tariff, Number)) ?? 0;
  const seen = presence(meter, now);
  return (
    <>
      {seen === "offline" && meter.lastSeenMs !== null ? (
        <Notice kind="warn" title={words.meter.offline(words.ago(ago(meter.lastSeenMs, now)))}>
          {words.meter.offlineHint}
        </Notice>
      ) : null}
      {seen === "never" ? <Notice kind="warn">{words.meter.neverSeen}</Notice> : null}
      {isLow(meter, lowCreditWh) ? <Notice kind="warn">{words.meter.low}</Notice> : null}
      {meter.balanceWh !== null && meter.balanceWh < 0 ? (
        <Notice kind="warn">{words.meter.beyond}</Notice>
      ) : null}
    </>
  );
}

function Credit({ meter, now }: MeterNow) {
  const words = useWords();
  const online = presence(meter, now) === "online";
  const supply = power(meter);
  const waitingWh = meter.recharges
    .filter(({ processed }) => !processed)
    .reduce((sum, { energyWh }) => sum + energyWh, 0);
  return (
    <section class="credit" aria-label={words.meter.credit}>
      <p class="place">
        {meter.name}
        <small>
          {meter.meterId}
          {meter.site === null ? "" : ` · ${meter.site}`}
        </small>
      </p>
      <h2>{words.meter.credit}</h2>
      <p class="balance" aria-live="polite" data-testid="balance">
        {meter.balanceWh === null ? (
          <small>{words.meter.noReport}</small>
        ) : (
          <>
            {kwh(meter.balanceWh)} <small>kWh</small>
          </>
        )}
      </p>
      {waitingWh > 0 ? <p class="coming">{words.meter.waitingWh(kwh(waitingWh))}</p> : null}
      <p class={`power ${supply}`} data-testid="power">
        <span class="dot" aria-hidden="true" />
        <span>
          {words.meter.power[supply]}
          {online || supply === "unknown" ? null : <small> ({words.meter.powerThen})</small>}
        </span>
      </p>
      <dl class="facts">
        <div>
          <dt>{words.meter.powerNow}</dt>
          <dd>{meter.powerW === null || !online ? "–" : watts(meter.powerW)}</dd>
        </div>
        <div>
          <dt>{words.meter.lastSeen}</dt>
          <dd>
            {meter.lastSeenMs === null ? words.meter.never : words.ago(ago(meter.lastSeenMs, now))}
          </dd>
        </div>
      </dl>
    </section>
  );
}

function Recharges({ recharges }: { readonly recharges: readonly Recharge[] }) {
  const words = useWords();
  return (
    <section class="card">
      <h2>{words.meter.recharges}</h2>
      {recharges.length === 0 ? <p class="muted">{words.meter.noRecharges}</p> : null}
      <ul class="rows">
        {recharges.slice(0, RECHARGES_SHOWN).map((recharge) => (
          <li key={recharge.transactionId}>
            <a href={hashOf({ screen: "payment", transactionId: recharge.transactionId })}>
              <span>
                <strong>{kwh(recharge.energyWh)} kWh</strong>
                <small>{kes(recharge.amountKes)}</small>
              </span>
              <span class={`tag ${recharge.processed ? "good" : "warn"}`}>
                {recharge.processed ? words.meter.applied : words.meter.waiting}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
