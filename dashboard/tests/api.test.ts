import assert from "node:assert/strict";
import { test } from "node:test";
import { askWith } from "../src/api.ts";

const GET = { method: "GET", path: "/api/payments/x" } as const;

/** A fetch that gives these responses in turn, and the tokens it was shown. */
function server(...responses: (() => Response)[]) {
  return provenServer(undefined, ...responses);
}

function provenServer(
  proof: (() => Promise<string | null>) | undefined,
  ...responses: (() => Response)[]
) {
  const tokens: (string | null)[] = [];
  const fetchOne: typeof fetch = async (_, init) => {
    tokens.push(new Headers(init?.headers).get("Authorization"));
    const respond = responses[tokens.length - 1];
    if (respond === undefined) throw new TypeError("network error");
    return respond();
  };
  const proofs: (string | null)[] = [];
  const seeing: typeof fetch = (place, init) => {
    proofs.push(new Headers(init?.headers).get("X-Firebase-AppCheck"));
    return fetchOne(place, init);
  };
  const token = async (fresh: boolean) => (fresh ? "fresh" : "kept");
  return { tokens, proofs, ask: askWith(token, proof, seeing) };
}

const json = (status: number, body: unknown) => () => Response.json(body, { status });

test("an answer carries status and body", async () => {
  const { ask, tokens } = server(json(202, { a: 1 }));
  assert.deepEqual(await ask(GET), { kind: "answered", status: 202, body: { a: 1 } });
  assert.deepEqual(tokens, ["Bearer kept"]);
});

test("an ID token that is too old is renewed once", async () => {
  const { ask, tokens } = server(json(401, {}), json(200, {}));
  assert.equal((await ask(GET)).kind, "answered");
  assert.deepEqual(tokens, ["Bearer kept", "Bearer fresh"]);
});

test("a second 401 is the answer", async () => {
  const { ask, tokens } = server(json(401, {}), json(401, {}));
  assert.deepEqual(await ask(GET), { kind: "answered", status: 401, body: {} });
  assert.equal(tokens.length, 2);
});

test("no network, or a page instead of JSON, is no answer", async () => {
  assert.deepEqual(await server().ask(GET), { kind: "unanswered" });
  const page = server(() => new Response("<html>", { status: 200 }));
  assert.deepEqual(await page.ask(GET), { kind: "unanswered" });
});

test("proof of the app goes with every request that has it", async () => {
  const { ask, proofs } = provenServer(async () => "proof", json(401, {}), json(200, {}));
  await ask(GET);
  assert.deepEqual(proofs, ["proof", "proof"]);
  const without = server(json(200, {}));
  await without.ask(GET);
  assert.deepEqual(without.proofs, [null]);
});
