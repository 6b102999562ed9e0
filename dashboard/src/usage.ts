// Consumption asked for when the page opens, and again now and then: it is not told live.
import { useEffect, useState } from "preact/hooks";
import { type Step, type Usage, usageFromApi, usagePath } from "./consumption.ts";
import type { Live } from "./live.ts";
import { useNow } from "./now.ts";
import { useSession } from "./session_context.ts";

const RENEWED_EVERY_MS = 600_000;

/** `renew` is any number that changes when it should be asked for again at once. */
export function useUsage(meterId: string, step: Step, renew: number): Live<Usage> {
  const { ask } = useSession();
  const now = useNow();
  const slot = Math.floor(now / RENEWED_EVERY_MS);
  const key = `${meterId} ${step}`;
  const [told, setTold] = useState<{ key: string; live: Live<Usage> } | null>(null);
  useEffect(() => {
    let wanted = true;
    const path = usagePath(meterId, step, now);
    void ask({ method: "GET", path }).then((answer) => {
      const usage = answer.kind === "answered" ? usageFromApi(answer.body) : null;
      if (!wanted) return;
      if (usage !== null) setTold({ key, live: { state: "known", value: usage } });
      else setTold((before) => (before?.key === key ? before : { key, live: REFUSED }));
    });
    return () => {
      wanted = false;
    };
  }, [ask, key, slot, renew]);
  return told?.key === key ? told.live : LOADING;
}

const LOADING = { state: "loading" } as const;
const REFUSED = { state: "refused" } as const;
