// What every screen behind the sign-in may use.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Ask } from "./api.ts";
import type { Profile } from "./profile.ts";
import type { Till } from "./purchase.ts";
import type { Person } from "./session.ts";

export interface Session {
  readonly person: Person;
  readonly profile: Profile;
  readonly ask: Ask;
  readonly till: Till;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("this screen needs somebody signed in");
  return session;
}
