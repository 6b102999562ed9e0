// The operator's view: every meter, and what waits for a person. It only reads.
import { useState } from "preact/hooks";
import { ago } from "../clock.ts";
import { alertsOf, metersFromNode, reviewsFromNode, suspenseFromNode } from "../estate.ts";
import { type Live, useLive } from "../live.ts";
import { type Meter, presence } from "../meter.ts";
import { useNow } from "../now.ts";
import { Field } from "../parts/field.tsx";
import { MeterTable } from "../parts/meter_table.tsx";
import { Notice } from "../parts/notice.tsx";
import { Queue } from "../parts/queue.tsx";
import { Title } from "../parts/title.tsx";
import { kes } from "../quantity.ts";
import { hashOf } from "../route.ts";
import { useWords } from "../words/words.ts";

const METERS_SHOWN = 200;
const QUEUE_SHOWN = 100;

export function Estate() {
  const words = useWords();
  const now = useNow();
  const [typed, setTyped] = useState("");
  const keysFrom = typed.trim().toUpperCase();
  const meters = useLive({ path: "meters", keysFrom, first: METERS_SHOWN }, metersFromNode);
  return (
    <>
      <Title>{words.estate.title}</Title>
      <div class="estate">
        <section class="card">
          <Field
            id="find"
            label={words.estate.find}
            hint={counted(meters, now, words.estate.counted)}
            value={typed}
            onValue={setTyped}
            inputMode="text"
            autocomplete="off"
          />
          <Meters meters={meters} now={now} />
        </section>
        <div>
          <Reviews now={now} />
          <SuspenseQueue now={now} />
          <Alerts meters={meters.state === "known" ? meters.value : []} now={now} />
        </div>
      </div>
    </>
  );
}

interface MetersNow {
  readonly meters: Live<readonly Meter[]>;
  readonly now: number;
}

function Meters({ meters, now }: MetersNow) {
  const words = useWords();
  if (meters.state === "loading") return <p class="loading">{words.loading}</p>;
  if (meters.state === "refused") return <Notice kind="bad">{words.notReadable}</Notice>;
  if (meters.value.length === 0) return <p class="muted">{words.estate.none}</p>;
  return (
    <>
      <MeterTable meters={meters.value} now={now} />
      {meters.value.length === METERS_SHOWN ? (
        <p class="muted">{words.estate.atMost(METERS_SHOWN)}</p>
      ) : null}
    </>
  );
}

function Reviews({ now }: { readonly now: number }) {
  const words = useWords();
  const live = useLive(
    { path: "reviews", whereEqual: ["status", "open"], first: QUEUE_SHOWN },
    reviewsFromNode,
  );
  return (
    <Queue
      title={words.estate.reviews}
      empty={words.estate.noReviews}
      live={live}
      itemOf={({ transactionId, reason, raisedMs }) => ({
        key: transactionId,
        title: spaced(reason),
        detail: words.estate.since(words.ago(ago(raisedMs, now))),
        href: hashOf({ screen: "payment", transactionId }),
      })}
    />
  );
}

function SuspenseQueue({ now }: { readonly now: number }) {
  const words = useWords();
  const live = useLive(
    { path: "suspense", whereEqual: ["status", "open"], first: QUEUE_SHOWN },
    suspenseFromNode,
  );
  return (
    <Queue
      title={words.estate.suspense}
      empty={words.estate.noSuspense}
      live={live}
      itemOf={({ receipt, amountKes, account, receivedMs }) => ({
        key: receipt,
        title: `${kes(amountKes)} · ${receipt}`,
        detail: `${words.estate.typed(account)}, ${words.ago(ago(receivedMs, now))}`,
      })}
    />
  );
}

function Alerts({ meters, now }: { readonly meters: readonly Meter[]; readonly now: number }) {
  const words = useWords();
  return (
    <Queue
      title={words.estate.alerts}
      empty={words.estate.noAlerts}
      live={{ state: "known", value: alertsOf(meters, now) }}
      itemOf={({ id, meter, kind, raisedMs, clearedMs }) => ({
        key: `${meter.meterId}/${id}`,
        title: `${meter.meterId}: ${words.estate.alertNames[kind] ?? spaced(kind)}`,
        detail: `${words.ago(ago(raisedMs, now))}${clearedMs === null ? "" : `, ${words.estate.cleared}`}`,
      })}
    />
  );
}

function counted(
  meters: Live<readonly Meter[]>,
  now: number,
  say: (online: number, all: number) => string,
): string {
  if (meters.state !== "known") return "";
  const online = meters.value.filter((meter) => presence(meter, now) === "online").length;
  return say(online, meters.value.length);
}

/** Codes in snake_case are read as words. */
function spaced(code: string): string {
  return code.replaceAll("_", " ");
}
