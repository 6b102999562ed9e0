// What is the matter with a meter, in the reader's words. Silence and credit have places of their own.
import { ago } from "../clock.ts";
import type { Alert } from "../meter.ts";
import { useWords } from "../words/words.ts";
import { Notice } from "./notice.tsx";

export function Alerts({
  alerts,
  now,
}: {
  readonly alerts: readonly Alert[];
  readonly now: number;
}) {
  const words = useWords();
  const told = alerts.filter(({ kind, clearedMs }) => clearedMs === null && words.alerts[kind]);
  return (
    <>
      {told.map((alert) => (
        <Notice key={alert.id} kind="warn" title={words.alerts[alert.kind] ?? ""}>
          {words.since(words.ago(ago(alert.raisedMs, now)))}
        </Notice>
      ))}
    </>
  );
}
