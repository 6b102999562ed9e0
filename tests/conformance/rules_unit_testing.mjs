// @firebase/rules-unit-testing against the emulator at $FIREBASE_DATABASE_EMULATOR_HOST.

import {
  assertFails, assertSucceeds, initializeTestEnvironment,
} from "@firebase/rules-unit-testing";
import { get, ref, set, update } from "firebase/database";
import { check, equal, fails, run } from "./harness.mjs";

const [host, port] = process.env.FIREBASE_DATABASE_EMULATOR_HOST.split(":");
const rules = `{
  // every user has a room of their own
  "rules": {
    "users": { "$uid": { ".read": "auth.uid == $uid", ".write": "auth.token.role == 'tenant' && auth.uid == $uid" } },
    "public": { ".read": true }
  }
}`;
const open = (projectId, text = rules) =>
  initializeTestEnvironment({ projectId, database: { host, port: Number(port), rules: text } });

check("an authenticated context is bound by the rules", async () => {
  const env = await open("rut-auth");
  const amina = env.authenticatedContext("amina", { role: "tenant" }).database();
  await assertSucceeds(set(ref(amina, "users/amina"), { a: 1 }));
  await assertSucceeds(get(ref(amina, "users/amina")));
  await assertFails(set(ref(amina, "users/brian"), { a: 1 }));
  await assertFails(get(ref(amina, "users/brian")));
  const roleless = env.authenticatedContext("amina").database();
  await assertFails(update(ref(roleless, "users"), { amina: 1 }));
  await env.cleanup();
});

check("an unauthenticated context may do what anybody may", async () => {
  const env = await open("rut-anyone");
  const anyone = env.unauthenticatedContext().database();
  await assertSucceeds(get(ref(anyone, "public")));
  await assertFails(get(ref(anyone, "users/amina")));
  await env.cleanup();
});

check("rules can be suspended and data cleared", async () => {
  const env = await open("rut-clear");
  await env.withSecurityRulesDisabled(async (context) => {
    await set(ref(context.database(), "public"), "seed");
  });
  const anyone = env.unauthenticatedContext().database();
  equal((await get(ref(anyone, "public"))).val(), "seed");
  await assertFails(set(ref(anyone, "public"), 1));
  await env.clearDatabase();
  equal((await get(ref(anyone, "public"))).val(), null);
  await env.cleanup();
});

check("malformed rules are refused with a parse error", async () => {
  await fails(open("rut-bad", "{ rules"), /Parse error/);
  await fails(open("rut-bad", '{"rules": {".read": "auth.uid"}}'), /Parse error/);
});

await run();
