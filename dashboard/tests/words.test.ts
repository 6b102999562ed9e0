import assert from "node:assert/strict";
import { test } from "node:test";
import { roleOf, signInProblem } from "../src/session.ts";
import { openKeeper } from "../src/storage.ts";
import { en } from "../src/words/en.ts";
import { sw } from "../src/words/sw.ts";
import { languageOf } from "../src/words/words.ts";

/** Every text with its path; functions are called with stand-ins. */
function texts(words: object, path = ""): readonly (readonly [string, string])[] {
  return Object.entries(words).flatMap(([name, value]: [string, unknown]) => {
    const here = `${path}/${name}`;
    if (typeof value === "string") return [[here, value] as const];
    if (typeof value === "function") {
      return [[here, String(value({ unit: "hour", count: 2 }, "stand-in"))] as const];
    }
    return typeof value === "object" && value !== null ? texts(value, here) : [];
  });
}

test("both languages say the same things, and nothing is left empty", () => {
  assert.deepEqual(
    texts(sw).map(([path]) => path),
    texts(en).map(([path]) => path),
  );
  for (const [path, text] of [...texts(en), ...texts(sw)]) assert.notEqual(text.trim(), "", path);
});

test("while nobody knows how a payment ends, both languages say not to pay again", () => {
  for (const stage of [
    "push_unknown",
    "prompted",
    "unverified",
    "queued",
    "review",
    "unclear",
  ] as const) {
    assert.match(en.payment.says[stage], /Do not (pay|start another payment)/i, stage);
    assert.match(sw.payment.says[stage], /Usi(ya)?lipe tena|Usianze malipo mengine/, stage);
  }
});

test("only a certain refusal invites to try again", () => {
  for (const [stage, text] of Object.entries(en.payment.says)) {
    assert.equal(/try again/i.test(text), stage === "failed", stage);
  }
  for (const text of Object.values(en.payment.refused)) assert.match(text, /Nothing was paid/);
  for (const text of Object.values(sw.payment.refused)) assert.match(text, /Hakuna kilicholipwa/);
});

test("the language is the first of the browser's that we speak", () => {
  assert.equal(languageOf(["sw-KE", "en"]), "sw");
  assert.equal(languageOf(["fr", "en-GB"]), "en");
  assert.equal(languageOf([]), "en");
});

test("a failed sign-in does not tell whether the e-mail is known", () => {
  for (const code of ["auth/user-not-found", "auth/wrong-password", "auth/invalid-credential"]) {
    assert.equal(signInProblem({ code }), "wrong");
  }
  assert.equal(signInProblem(new Error("anything")), "failed");
});

test("what was wrong with a code is told", () => {
  const told = [
    "auth/invalid-verification-code",
    "auth/code-expired",
    "auth/invalid-phone-number",
    "auth/captcha-check-failed",
  ].map((code) => signInProblem({ code }));
  assert.deepEqual(told, ["wrongCode", "oldCode", "badPhone", "robot"]);
});

test("a role that nobody knows opens nothing", () => {
  assert.equal(roleOf({ role: "operator" }), "staff");
  assert.equal(roleOf({ role: "meter" }), "device");
  assert.equal(roleOf({ role: "owner of everything" }), "tenant");
  assert.equal(roleOf({}), "tenant");
});

test("a browser that forbids storage still remembers for a while", () => {
  const keeper = openKeeper(() => {
    throw new DOMException("denied", "SecurityError");
  });
  keeper.setItem("a", "1");
  assert.equal(keeper.getItem("a"), "1");
  keeper.removeItem("a");
  assert.equal(keeper.getItem("a"), null);
});
