// Tells a meter that somebody looks at it, so that it reports every minute instead of every ten.
import { ref, serverTimestamp, set } from "firebase/database";
import { useContext, useEffect } from "preact/hooks";
import { DatabaseContext } from "./live.ts";

const AGAIN_MS = 300_000; // a meter that was watched is lively for ten minutes

/** While the page is in sight; `null` watches nothing. */
export function useWatched(meterId: string | null): void {
  const database = useContext(DatabaseContext);
  useEffect(() => {
    if (database === null || meterId === null) return;
    const watch = () => {
      if (document.visibilityState !== "visible") return;
      // The rules take it once a minute: a refusal says that it was told just now.
      set(ref(database, `meters/${meterId}/watched_at`), serverTimestamp()).catch(() => {});
    };
    watch();
    const timer = setInterval(watch, AGAIN_MS);
    document.addEventListener("visibilitychange", watch);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", watch);
    };
  }, [database, meterId]);
}
