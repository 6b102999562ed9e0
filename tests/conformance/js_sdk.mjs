// The Firebase JS SDK in Node against the emulator at $FIREBASE_DATABASE_EMULATOR_HOST.

import { deleteApp, initializeApp } from "firebase/app";
import * as d from "firebase/database";
import { Recorder, canonical, check, equal, fails, run, truthy } from "./harness.mjs";

const [host, port] = process.env.FIREBASE_DATABASE_EMULATOR_HOST.split(":");
let apps = 0;

function client(ns, uid) {
  const app = initializeApp({ databaseURL: `https://${ns}.firebaseio.com`, projectId: ns }, `app${apps++}`);
  const database = d.getDatabase(app);
  d.connectDatabaseEmulator(database, host, Number(port), uid ? { mockUserToken: { sub: uid } } : undefined);
  return { database, ref: (path) => d.ref(database, path), end: () => deleteApp(app) };
}

async function admin(method, path, body) {
  const response = await fetch(`http://${host}:${port}${path}`, {
    method,
    headers: { Authorization: "Bearer owner" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

const setRules = (ns, rules) => admin("PUT", `/.settings/rules.json?ns=${ns}`, { rules });
const setData = (ns, path, value) => admin("PUT", `/${path}.json?ns=${ns}`, value);
const getData = (ns, path) => admin("GET", `/${path}.json?ns=${ns}`);

check("set, get, update, push, remove", async () => {
  const { ref, end } = client("basic");
  await d.set(ref("a"), { x: 1, y: { z: [1, 2] }, "ключ": "é\u{1f600}" });
  equal((await d.get(ref("a"))).val(), { x: 1, y: { z: [1, 2] }, "ключ": "é\u{1f600}" });
  await d.update(ref("a"), { x: null, "y/q": true });
  const pushed = await d.push(ref("list"), "item");
  equal(await getData("basic", ""), {
    a: { y: { q: true, z: [1, 2] }, "ключ": "é\u{1f600}" },
    list: { [pushed.key]: "item" },
  });
  await d.remove(ref("a"));
  equal((await d.get(ref("a"))).exists(), false);
  await end();
});

check("value listener sees every change of others and of its own", async () => {
  const { ref, end } = client("listen");
  const other = client("listen");
  const seen = new Recorder();
  const stop = d.onValue(ref("v"), (snapshot) => seen.add(snapshot.val()));
  await seen.until((values) => values.length === 1);
  await d.set(other.ref("v"), { a: 1 });
  await seen.until((values) => values.length === 2);
  await d.set(ref("v/b"), 2);
  await d.update(other.ref("v"), { a: null, c: 3 });
  await seen.until((values) => values.at(-1)?.c === 3);
  equal(seen.values, [null, { a: 1 }, { a: 1, b: 2 }, { b: 2, c: 3 }]);
  stop();
  await d.set(other.ref("v"), "unheard");
  await d.get(ref("v"));
  equal(seen.values.length, 4);
  await Promise.all([end(), other.end()]);
});

check("child listeners tell added, changed, moved, removed", async () => {
  const { ref, end } = client("children");
  const other = client("children");
  await setData("children", "l", { a: { n: 1 }, b: { n: 2 } });
  const seen = new Recorder();
  const query = d.query(ref("l"), d.orderByChild("n"));
  d.onChildAdded(query, (s, before) => seen.add(`+${s.key}>${before}`));
  d.onChildChanged(query, (s) => seen.add(`=${s.key}`));
  d.onChildMoved(query, (s, before) => seen.add(`~${s.key}>${before}`));
  d.onChildRemoved(query, (s) => seen.add(`-${s.key}`));
  await seen.until((v) => v.length === 2);
  await d.set(other.ref("l/c"), { n: 0 });
  await d.set(other.ref("l/a/n"), 5);
  await d.remove(other.ref("l/b"));
  await seen.until((v) => v.at(-1) === "-b");
  equal(seen.values, ["+a>null", "+b>a", "+c>null", "~a>b", "=a", "-b"]);
  await Promise.all([end(), other.end()]);
});

check("queries in every order with every bound", async () => {
  const { ref, end } = client("queries");
  await setRules("queries", { ".read": true, ".write": true, l: { ".indexOn": ["n", "deep/m", ".value"] } });
  const value = { a: { n: 1 }, b: { n: 2, deep: { m: 1 } }, c: { n: 2 }, d: { n: "s" }, 7: true, 10: 5 };
  await d.set(ref("l"), value);
  await d.set(ref("p"), { x: { ".value": 1, ".priority": 9 }, y: { ".value": 2, ".priority": "p" }, z: 3 });
  const keys = async (path, ...constraints) => {
    const found = [];
    (await d.get(d.query(ref(path), ...constraints))).forEach((child) => { found.push(child.key); });
    return found.join("");
  };
  equal(await keys("l", d.orderByChild("n"), d.startAt(2)), "bcd");
  equal(await keys("l", d.orderByChild("n"), d.startAfter(2)), "d");
  equal(await keys("l", d.orderByChild("n"), d.endBefore(2), d.startAt(0)), "a");
  equal(await keys("l", d.orderByChild("n"), d.endAt(2, "b"), d.startAt(1)), "ab");
  equal(await keys("l", d.orderByChild("n"), d.startAfter(2, "b")), "cd");
  equal(await keys("l", d.orderByChild("n"), d.equalTo(2)), "bc");
  equal(await keys("l", d.orderByChild("n"), d.equalTo(2, "c")), "c");
  equal(await keys("l", d.orderByChild("deep/m"), d.startAt(0)), "b");
  equal(await keys("l", d.orderByChild("n"), d.limitToLast(2)), "cd");
  equal(await keys("l", d.orderByChild("n"), d.startAt(1), d.limitToFirst(2)), "ab");
  equal(await keys("l", d.orderByKey(), d.limitToFirst(3)), "710a");
  equal(await keys("l", d.orderByKey(), d.startAfter("a"), d.endBefore("d")), "bc");
  equal(await keys("l", d.orderByValue(), d.endAt(5), d.startAt(true)), "710");
  equal(await keys("p", d.orderByPriority()), "zxy");
  equal(await keys("p", d.orderByPriority(), d.startAt(1)), "xy");
  equal(await keys("p", d.orderByPriority(), d.limitToLast(1)), "y");
  await end();
});

check("a window follows what enters and leaves it", async () => {
  const { ref, end } = client("window");
  const other = client("window");
  await setRules("window", { ".read": true, ".write": true, l: { ".indexOn": "n" } });
  await d.set(other.ref("l"), { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } });
  const seen = new Recorder();
  d.onValue(d.query(ref("l"), d.orderByChild("n"), d.limitToLast(2)), (s) => seen.add(Object.keys(s.val() ?? {}).join("")));
  await seen.until((v) => v.at(-1) === "bc");
  await d.set(other.ref("l/d"), { n: 4 });
  await seen.until((v) => v.at(-1) === "cd");
  await d.remove(other.ref("l/c"));
  await seen.until((v) => v.at(-1) === "bd");
  await d.update(other.ref("l"), { "a/n": 9, d: null });
  await seen.until((v) => v.at(-1) === "ab");
  await d.set(other.ref("l"), null);
  await seen.until((v) => v.at(-1) === "");
  await Promise.all([end(), other.end()]);
});

check("an unindexed get fails and an unindexed listen warns", async () => {
  const { ref, end } = client("unindexed");
  await setRules("unindexed", { ".read": true, ".write": true });
  await d.set(ref("l"), { a: { n: 1 } });
  await fails(d.get(d.query(ref("l"), d.orderByChild("n"), d.equalTo(1))), /Index not defined/);
  const warned = new Recorder();
  const warn = console.warn;
  console.warn = (...text) => warned.add(text.join(" "));
  const seen = new Recorder();
  d.onValue(d.query(ref("l"), d.orderByChild("n"), d.equalTo(1)), (s) => seen.add(s.val()));
  await seen.until((v) => v.length > 0);
  await warned.until((v) => v.some((text) => text.includes(".indexOn")));
  console.warn = warn;
  await end();
});

check("transactions of three clients lose nothing", async () => {
  const clients = [client("tx"), client("tx"), client("tx")];
  const one = ({ ref }) => d.runTransaction(ref("n"), (value) => (value ?? 0) + 1);
  await Promise.all(clients.flatMap((c) => Array.from({ length: 20 }, () => one(c))));
  equal(await getData("tx", "n"), 60);
  await Promise.all(clients.map((c) => c.end()));
});

check("a transaction reruns on newer data and can abort", async () => {
  const { ref, end } = client("tx2");
  await setData("tx2", "a", { odd: 1, list: [1, 2], f: 0.1, big: 12345678901234 });
  const result = await d.runTransaction(ref("a"), (value) => value && { ...value, seen: true });
  truthy(result.committed, "a commit");
  equal(await getData("tx2", "a/seen"), true);
  const aborted = await d.runTransaction(ref("a"), () => undefined);
  equal(aborted.committed, false);
  await end();
});

check("server timestamps and increments", async () => {
  const { ref, end } = client("server-values");
  await d.set(ref("t"), { at: d.serverTimestamp(), n: d.increment(2) });
  await d.update(ref("t"), { n: d.increment(3) });
  const value = (await d.get(ref("t"))).val();
  equal(value.n, 5);
  truthy(Math.abs(value.at - Date.now()) < 10_000, "a time near now");
  await d.setWithPriority(ref("p"), "v", d.serverTimestamp());
  truthy((await d.get(ref("p"))).priority > 1e12, "a priority of a time");
  await end();
});

check("priorities are kept, written alone, and ordered by", async () => {
  const { ref, end } = client("priority");
  await d.setWithPriority(ref("a"), { k: 1 }, 5);
  await d.setPriority(ref("a"), "later");
  equal((await d.get(ref("a"))).exportVal(), { k: 1, ".priority": "later" });
  await end();
});

check(".info tells connection and clock", async () => {
  const { database, ref, end } = client("info");
  const connected = new Recorder();
  d.onValue(ref(".info/connected"), (s) => connected.add(s.val()));
  const offset = new Recorder();
  d.onValue(ref(".info/serverTimeOffset"), (s) => offset.add(s.val()));
  await connected.until((v) => v.at(-1) === true);
  await offset.until((v) => v.length > 0 && Math.abs(v.at(-1)) < 5000);
  d.goOffline(database);
  await connected.until((v) => v.at(-1) === false);
  d.goOnline(database);
  await connected.until((v) => v.at(-1) === true);
  await end();
});

check("writes on disconnect are made, and cancelled ones are not", async () => {
  const { database, ref, end } = client("gone");
  const other = client("gone");
  await d.set(ref("s"), { up: true, keep: 1, list: { a: 1 } });
  await d.onDisconnect(ref("s/up")).set(false);
  await d.onDisconnect(ref("s/at")).set(d.serverTimestamp());
  await d.onDisconnect(ref("s")).update({ "list/a": null, left: 1 });
  await d.onDisconnect(ref("s/keep")).remove();
  await d.onDisconnect(ref("s/keep")).cancel();
  const seen = new Recorder();
  d.onValue(other.ref("s"), (s) => seen.add(s.val()));
  await seen.until((v) => v.length === 1);
  d.goOffline(database);
  const [last] = (await seen.until((v) => v.at(-1)?.left === 1 && v.at(-1)?.up === false)).slice(-1);
  truthy(last.at > 1e12, "a time");
  equal({ ...last, at: 0 }, { up: false, keep: 1, left: 1, at: 0 });
  await Promise.all([end(), other.end()]);
});

check("writes on disconnect are made with the client's credentials", async () => {
  await setRules("gone2", { "$uid": { ".read": true, ".write": "auth.uid == $uid" } });
  const { database, ref, end } = client("gone2", "amina");
  await d.set(ref("amina"), 1);
  await d.onDisconnect(ref("amina")).set("left");
  await d.onDisconnect(ref("brian")).set("forged");
  const seen = new Recorder();
  const other = client("gone2");
  d.onValue(other.ref("amina"), (s) => seen.add(s.val()));
  await seen.until((v) => v.length === 1);
  d.goOffline(database);
  await seen.until((v) => v.at(-1) === "left");
  equal(await getData("gone2", "brian"), null);
  await Promise.all([end(), other.end()]);
});

check("rules refuse writes, reads, gets and listens with permission_denied", async () => {
  await setRules("rules", { own: { "$uid": { ".read": "auth.uid == $uid", ".write": "auth.uid == $uid" } } });
  const { ref, end } = client("rules", "amina");
  await d.set(ref("own/amina"), 1);
  await fails(d.set(ref("own/brian"), 1), /permission_denied/i);
  await fails(d.update(ref("own"), { amina: 2, brian: 2 }), /permission_denied/i);
  await fails(d.get(ref("own/brian")), /permission denied/i);
  const refused = new Recorder();
  d.onValue(ref("own/brian"), () => {}, (error) => refused.add(error.message));
  await refused.until((v) => v.length === 1);
  truthy(/permission_denied/.test(refused.values[0]), "permission_denied");
  equal((await d.get(ref("own/amina"))).val(), 1);
  await end();
});

check("a listen is revoked when data or rules take the permission", async () => {
  await setRules("revoke", { v: { ".read": "root.child('open').val() == true" }, w: { ".read": true } });
  await setData("revoke", "open", true);
  const { ref, end } = client("revoke");
  const seen = new Recorder();
  d.onValue(ref("v"), (s) => seen.add("data"), (error) => seen.add("v revoked"));
  d.onValue(ref("w"), (s) => seen.add("data"), (error) => seen.add("w revoked"));
  await seen.until((v) => v.length === 2);
  await setData("revoke", "open", false);
  await seen.until((v) => v.includes("v revoked"));
  await setRules("revoke", {});
  await seen.until((v) => v.includes("w revoked"));
  await end();
});

check("an expired token makes the client sign in again", async () => {
  await setRules("expire", { ".read": "auth != null", ".write": "auth != null" });
  const { ref, end } = client("expire", "amina");
  const seen = new Recorder();
  d.onValue(ref("v"), (s) => seen.add(s.val()));
  await seen.until((v) => v.length === 1);
  await admin("POST", "/.inspect/expire.json?ns=expire");
  await setData("expire", "v", 1);
  await seen.until((v) => v.at(-1) === 1);
  await end();
});

check("messages far larger than a frame pass both ways", async () => {
  const { ref, end } = client("large");
  const other = client("large");
  const text = "é\u{1f600}x".repeat(100_000);
  const seen = new Recorder();
  d.onValue(other.ref("t"), (s) => seen.add(s.val()?.length ?? 0));
  await d.set(ref("t"), text);
  await seen.until((v) => v.at(-1) === text.length);
  truthy((await d.get(ref("t"))).val() === text, "the same text");
  await Promise.all([end(), other.end()]);
});

check("a reconnecting client whose data is current is sent nothing", async () => {
  const { database, ref, end } = client("hash");
  await setData("hash", "v", { a: 1.5, b: { ".value": true, ".priority": 3 }, c: ["x", null, "y"] });
  const seen = new Recorder();
  d.onValue(ref("v"), (s) => seen.add(s.exportVal()));
  await seen.until((v) => v.length === 1);
  d.goOffline(database);
  await setData("hash", "other", 1);
  d.goOnline(database);
  await d.set(ref("mark"), 1);
  equal(seen.values.length, 1);
  await setData("hash", "v/a", 2);
  await seen.until((v) => v.length === 2);
  await end();
});

check("a client comes back by itself after its connection was cut", async () => {
  const { database, ref, end } = client("back");
  const seen = new Recorder();
  d.onValue(ref("v"), (s) => seen.add(s.val()));
  await seen.until((v) => v.length === 1);
  d.goOffline(database);
  const written = d.set(ref("queued"), "while away");
  await setData("back", "v", "changed");
  d.goOnline(database);
  await seen.until((v) => v.at(-1) === "changed");
  await written;
  equal(await getData("back", "queued"), "while away");
  await end();
});

check("hashes of all kinds of values agree with the SDK's", async () => {
  const { ref, end } = client("hashes");
  const values = [
    0, -1, 0.1, 1e21, 1e-7, 2 ** 40 + 0.5, "", "é\u{1f600}", true, { 10: 1, 9: 2, a: false, "-1": 0 },
    { x: { ".value": "s", ".priority": 2 }, y: { z: 1, ".priority": "p" } }, Date.now(),
  ];
  for (const [index, value] of values.entries()) {
    await setData("hashes", `v/${index}`, value);
    const tries = new Recorder();
    const result = await d.runTransaction(ref(`v/${index}`), (found) => {
      tries.add(found);
      return found === null ? found : "done";
    });
    equal(result.snapshot.val(), "done", `value ${index}`);
    truthy(tries.values.length <= 3, `few tries for value ${index}, found ${tries.values.length}`);
  }
  await end();
});

check("three clients converge whatever they write at once", async () => {
  await setRules("converge", { ".read": true, ".write": true, l: { ".indexOn": ["a", ".value"] } });
  const clients = [client("converge"), client("converge"), client("converge")];
  let seed = 2026;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
  const key = () => "abcd"[random(4)];
  const value = () => [random(5), null, { a: random(3) }, { a: { b: random(3) }, c: "x" }, true, "s"][random(6)];
  const windows = client("converge"); // listens to queries alone, so that it knows nothing else
  const view = (target, rest) => ({ target, rest, found: new Recorder() });
  const views = [
    ...clients.map(({ ref }) => view(ref("l"), "")),
    view(d.query(windows.ref("l"), d.orderByChild("a"), d.startAt(1), d.limitToLast(2)),
      "&orderBy=%22a%22&startAt=1&limitToLast=2"),
    view(d.query(windows.ref("l"), d.orderByChild("a"), d.endAt(1)), "&orderBy=%22a%22&endAt=1"),
    view(d.query(windows.ref("l"), d.orderByValue(), d.limitToFirst(2)), "&orderBy=%22$value%22&limitToFirst=2"),
    view(d.query(windows.ref("l"), d.orderByKey(), d.startAfter("a"), d.endAt("d")),
      "&orderBy=%22$key%22&startAfter=%22a%22&endAt=%22d%22"),
  ];
  for (const { target, found } of views) d.onValue(target, (s) => found.add(s.exportVal()));
  const writes = Array.from({ length: 300 }, (_, index) => {
    const { ref } = clients[index % 3];
    const path = ["l", key(), key()].slice(0, 1 + random(3)).join("/");
    // The third client's are all transactions: the SDK forgets one that two of its own sets abort.
    const kind = index % 3 === 2 ? 2 : [0, 1, 3][random(3)];
    if (kind === 0) return d.set(ref(path), value());
    if (kind === 1) return d.update(ref("l"), { [key()]: value(), [`e/${key()}`]: value() });
    if (kind === 2) return d.runTransaction(ref(`l/${key()}/n`), (n) => (typeof n === "number" ? n + 1 : 1));
    return d.set(ref(`l/${key()}`), { a: d.increment(1) });
  });
  await Promise.allSettled(writes);
  await Promise.all(clients.map(({ ref }, index) => d.set(ref(`l/mark${index}`), index)));
  for (const { rest, found } of views) {
    const wanted = canonical(await admin("GET", `/l.json?ns=converge&format=export${rest}`));
    const reached = found.until((v) => canonical(v.at(-1)) === wanted);
    const late = new Promise((resolve) => setTimeout(resolve, 3000, "late"));
    if ((await Promise.race([reached, late])) === "late") equal(canonical(found.values.at(-1)), wanted, rest);
  }
  await windows.end();
  await Promise.all(clients.map((c) => c.end()));
});

await run();
