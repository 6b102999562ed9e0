// Values of the Realtime Database that keep themselves current on the page.
import {
  type Database,
  endAt,
  equalTo,
  limitToFirst,
  limitToLast,
  onValue,
  orderByChild,
  orderByKey,
  type Query,
  type QueryConstraint,
  query,
  ref,
  startAt,
} from "firebase/database";
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

/** `refused`: the rules do not allow it, or the query failed. */
export type Live<T> =
  | { readonly state: "loading" }
  | { readonly state: "refused" }
  | { readonly state: "known"; readonly value: T };

/** A path, with a filter and a bound if it is a list. Plain data: equal views are one listener. */
export interface View {
  readonly path: string;
  readonly whereEqual?: readonly [child: string, value: string];
  readonly keysFrom?: string;
  readonly first?: number;
  readonly last?: number;
}

export const DatabaseContext = createContext<Database | null>(null);

const LOADING = { state: "loading" } as const;
const LAST_CHARACTER = "\uf8ff"; // sorts behind every character of a meter number

/** The value there, read into a type; `null` listens to nothing and stays loading. */
export function useLive<T>(view: View | null, read: (node: unknown) => T): Live<T> {
  const database = useContext(DatabaseContext);
  const key = view === null ? null : JSON.stringify(view);
  const [heard, setHeard] = useState<{ key: string | null; live: Live<unknown> }>({
    key: null,
    live: LOADING,
  });
  useEffect(() => {
    if (database === null || key === null) return;
    return onValue(
      queryOf(database, JSON.parse(key)),
      (snapshot) => setHeard({ key, live: { state: "known", value: snapshot.val() } }),
      () => setHeard({ key, live: { state: "refused" } }),
    );
  }, [database, key]);
  if (heard.key !== key) return LOADING;
  return heard.live.state === "known"
    ? { state: "known", value: read(heard.live.value) }
    : heard.live;
}

/** The value once known, else null. */
export function known<T>(live: Live<T>): T | null {
  return live.state === "known" ? live.value : null;
}

function queryOf(database: Database, view: View): Query {
  const constraints: QueryConstraint[] = [];
  if (view.whereEqual) {
    constraints.push(orderByChild(view.whereEqual[0]), equalTo(view.whereEqual[1]));
  } else if (view.first ?? view.last ?? view.keysFrom) {
    constraints.push(orderByKey());
  }
  if (view.keysFrom) {
    constraints.push(startAt(view.keysFrom), endAt(`${view.keysFrom}${LAST_CHARACTER}`));
  }
  if (view.first) constraints.push(limitToFirst(view.first));
  if (view.last) constraints.push(limitToLast(view.last));
  return query(ref(database, view.path), ...constraints);
}
