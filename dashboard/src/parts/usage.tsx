// What was used, by day or month, what is missing in it, and how long the credit will last.
import { useState } from "preact/hooks";
import { weekday } from "../clock.ts";
import type { Row, Step } from "../consumption.ts";
import { known } from "../live.ts";
import { kwh, kwhShort } from "../quantity.ts";
import { useUsage } from "../usage.ts";
import { useWords } from "../words/words.ts";

const STEPS: readonly Step[] = ["day", "month"];

export function UsageCard({
  meterId,
  renew,
}: {
  readonly meterId: string;
  readonly renew: number;
}) {
  const words = useWords().usage;
  const [step, setStep] = useState<Step>("day");
  const live = useUsage(meterId, step, renew);
  const usage = known(live);
  const rows = usage?.rows ?? [];
  const mostWh = Math.max(1, ...rows.map(({ usedWh }) => usedWh ?? 0));
  return (
    <section class="card" data-testid="usage">
      <h2>{words.title[step]}</h2>
      <p class="choice">
        {STEPS.map((one) => (
          <button
            key={one}
            type="button"
            class="plain"
            aria-pressed={one === step}
            onClick={() => setStep(one)}
          >
            {words.by[one]}
          </button>
        ))}
      </p>
      {live.state === "refused" ? <p class="muted">{words.notKnown}</p> : null}
      <ol class="bars">
        {rows.map((row) => (
          <Bar key={row.start} row={row} mostWh={mostWh} />
        ))}
      </ol>
      {rows.some(({ gaps }) => gaps) ? <p class="muted">{words.gaps}</p> : null}
      {usage?.daysLeft == null ? null : (
        <p data-testid="days-left">{words.daysLeft(usage.daysLeft)}</p>
      )}
    </section>
  );
}

function Bar({ row, mostWh }: { readonly row: Row; readonly mostWh: number }) {
  const words = useWords();
  const name = nameOf(row.start, words.weekdays, words.months);
  return (
    <li>
      <span class="hidden">
        {row.usedWh === null
          ? words.usage.notReported(name)
          : words.usage.used(name, kwh(row.usedWh))}
        {row.gaps ? ` ${words.usage.gapsHere}` : ""}
      </span>
      <span class="used" aria-hidden="true">
        {row.usedWh === null ? "–" : kwhShort(row.usedWh)}
        {row.gaps && row.usedWh !== null ? "*" : ""}
      </span>
      <span
        class={row.gaps ? "bar gap" : "bar"}
        aria-hidden="true"
        style={{ height: `${Math.ceil(((row.usedWh ?? 0) * 100) / mostWh)}%` }}
      />
      <span aria-hidden="true">{name}</span>
    </li>
  );
}

/** A weekday for "2026-11-21", a month for "2026-11". */
function nameOf(start: string, weekdays: readonly string[], months: readonly string[]): string {
  const [, month, day] = start.split("-");
  const name = day === undefined ? months[Number(month) - 1] : weekdays[weekday(start)];
  return name ?? start;
}
