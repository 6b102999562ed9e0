// Requests to our own functions: with the ID token, with a limit, and with an honest outcome.
import type { AppProof } from "./app_check.ts";

const LIMIT_MS = 30_000;

/** `answered`: the functions said so. `unanswered`: they may or may not have acted. */
export type Answer =
  | { readonly kind: "answered"; readonly status: number; readonly body: unknown }
  | { readonly kind: "unanswered" };

export interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Gives the ID token; with `fresh`, one that was not in use before. */
export type TokenSource = (fresh: boolean) => Promise<string>;

export type Ask = (request: Request) => Promise<Answer>;

/** Sends one request; once more with a fresh ID token when the first was refused as too old. */
export function askWith(
  token: TokenSource,
  proof: AppProof = async () => null,
  fetchOne: typeof fetch = fetch,
): Ask {
  const attempt = attemptWith(token, proof, fetchOne);
  return async (request) => {
    const first = await attempt(request, false);
    const refused = first.kind === "answered" && first.status === 401;
    return refused ? attempt(request, true) : first;
  };
}

function attemptWith(token: TokenSource, proof: AppProof, fetchOne: typeof fetch) {
  return async (request: Request, fresh: boolean): Promise<Answer> => {
    try {
      const proven = await proof();
      const response = await fetchOne(request.path, {
        method: request.method,
        headers: {
          Authorization: `Bearer ${await token(fresh)}`,
          ...(proven === null ? {} : { "X-Firebase-AppCheck": proven }),
          ...(request.body === undefined ? {} : { "Content-Type": "application/json" }),
          ...request.headers,
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        cache: "no-store",
        signal: AbortSignal.timeout(LIMIT_MS),
      });
      const body: unknown = await response.json(); // a proxy's HTML page is no answer of ours
      return { kind: "answered", status: response.status, body };
    } catch {
      return { kind: "unanswered" };
    }
  };
}
