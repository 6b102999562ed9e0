// The time by the server's clock: a phone's own may be wrong.
import { useEffect, useState } from "preact/hooks";
import { known, useLive } from "./live.ts";

const TICK_MS = 10_000;

/** Milliseconds since 1970, renewed every ten seconds. */
export function useNow(): number {
  const offset = known(useLive({ path: ".info/serverTimeOffset" }, Number)) ?? 0;
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now + Math.round(offset);
}
