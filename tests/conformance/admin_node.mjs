// firebase-admin for Node against the emulator at $FIREBASE_DATABASE_EMULATOR_HOST.

import admin from "firebase-admin";
import { Recorder, check, equal, fails, run, truthy } from "./harness.mjs";

const host = process.env.FIREBASE_DATABASE_EMULATOR_HOST;
let apps = 0;
// Rules are set over HTTPS with the app's own credential, which needs to be one.
const credential = { getAccessToken: async () => ({ access_token: "owner", expires_in: 3600 }) };
const database = (ns, options = {}) =>
  admin.initializeApp({ credential, databaseURL: `http://${host}?ns=${ns}`, projectId: ns, ...options }, `app${apps++}`).database();

check("reads and writes past all rules", async () => {
  const db = database("node-admin");
  await db.setRules({ rules: { ".read": false, ".write": false } });
  await db.ref("a").set({ x: 1, at: admin.database.ServerValue.TIMESTAMP });
  await db.ref("a").update({ "y/z": admin.database.ServerValue.increment(2) });
  const value = (await db.ref("a").get()).val();
  equal({ ...value, at: 0 }, { x: 1, at: 0, y: { z: 2 } });
  const key = db.ref("list").push("item").key;
  equal((await db.ref(`list/${key}`).once("value")).val(), "item");
});

check("sets and gets rules as text and as JSON", async () => {
  const db = database("node-rules");
  const text = '{\n  // open\n  "rules": { ".read": true }\n}';
  await db.setRules(text);
  equal(await db.getRules(), text);
  equal(await db.getRulesJSON(), { rules: { ".read": true } });
  await fails(db.setRules('{"rules": {".read": "nope"}}'), /Parse error/);
});

check("acts under the rules with an auth variable override", async () => {
  const owner = database("node-override");
  await owner.setRules({ rules: { a: { ".read": "auth.uid == 'amina'", ".write": "auth.uid == 'amina'" } } });
  const amina = database("node-override", { databaseAuthVariableOverride: { uid: "amina" } });
  await amina.ref("a").set(1);
  await fails(amina.ref("b").set(1), /permission_denied/i);
  const nobody = database("node-override", { databaseAuthVariableOverride: null });
  await fails(nobody.ref("a").set(1), /permission_denied/i);
});

check("listens, queries and transactions", async () => {
  const db = database("node-listen");
  await db.ref("l").set({ a: 1, b: 2, c: 3 });
  const seen = new Recorder();
  db.ref("l").orderByKey().limitToLast(2).on("child_added", (s) => seen.add(s.key));
  await seen.until((v) => v.length === 2);
  await Promise.all(Array.from({ length: 20 }, () => db.ref("n").transaction((n) => (n ?? 0) + 1)));
  equal((await db.ref("n").get()).val(), 20);
  await db.ref("l/d").set(4);
  await seen.until((v) => v.at(-1) === "d");
  truthy(seen.values.length === 3, "three children");
});

await run();
