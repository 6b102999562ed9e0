// Requests to our own functions: with the ID token, with a limit, and with an honest outcome.

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
export function askWith(token: TokenSource, fetchOne: typeof fetch = fetch): Ask {
  return async (request) => {
    const first = await attempt(request, token, false, fetchOne);
    const refused = first.kind === "answered" && first.status === 401;
    return refused ? attempt(request, token, true, fetchOne) : first;
  };
}

async function attempt(
  request: Request,
  token: TokenSource,
  fresh: boolean,
  fetchOne: typeof fetch,
): Promise<Answer> {
  try {
    const response = await fetchOne(request.path, {
      method: request.method,
      headers: {
        Authorization: `Bearer ${await token(fresh)}`,
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
}
