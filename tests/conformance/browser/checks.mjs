// Checks run in the page; results are posted back to the server of the page.

import { initializeApp } from "/firebase-app.js";
import * as d from "/firebase-database.js";

const options = new URLSearchParams(location.search);
const [host, port] = options.get("emulator").split(":");
const ns = options.get("mode");
const base = `http://${host}:${port}`;
const { transports } = window;

const app = initializeApp({ databaseURL: `https://${ns}.firebaseio.com`, projectId: ns });
const database = d.getDatabase(app);
d.connectDatabaseEmulator(database, host, Number(port));
const ref = (path) => d.ref(database, path);
const admin = (method, path, value) =>
  fetch(`${base}/${path}.json?ns=${ns}`, {
    method,
    headers: { Authorization: "Bearer owner" },
    body: value === undefined ? undefined : JSON.stringify(value),
  }).then((response) => response.json());

function next(path, wanted) {
  return new Promise((resolve, reject) => {
    const stop = d.onValue(ref(path), (snapshot) => {
      if (!wanted(snapshot.val())) return;
      setTimeout(() => stop());
      resolve(snapshot.val());
    }, reject);
  });
}

const results = [];
async function check(name, body) {
  const limit = new Promise((_, reject) => setTimeout(() => reject(new Error("timed out")), 10_000));
  try {
    await Promise.race([body(), limit]);
    results.push({ name, ok: true });
  } catch (error) {
    results.push({ name, ok: false, error: `${error?.stack ?? error} ${transports}` });
  }
}

await check("connects", () => next(".info/connected", (value) => value === true));
await check("writes and hears others", async () => {
  await d.set(ref("a"), { x: 1 });
  const heard = next("a", (value) => value?.y === 2);
  await admin("PATCH", "a", { y: 2 });
  await heard;
});
await check("sends a message of many segments", async () => {
  const text = "é\u{1f600}\u2028x".repeat(5000);
  await d.set(ref("large"), text);
  if ((await d.get(ref("large"))).val() !== text) throw new Error("another text came back");
  if ((await admin("GET", "large")) !== text) throw new Error("another text was stored");
});
await check("transactions", async () => {
  await Promise.all(Array.from({ length: 10 }, () => d.runTransaction(ref("n"), (n) => (n ?? 0) + 1)));
  if ((await admin("GET", "n")) !== 10) throw new Error("lost an update");
});
await check("ends on a healthy socket", async () => {
  const deadline = performance.now() + 8000;
  while (localStorage.getItem("firebase:previous_websocket_failure")) {
    if (performance.now() > deadline) throw new Error("the failure flag stays");
    await d.set(ref("again"), Math.random());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
await check("still hears after it moved", async () => {
  const heard = next("b", (value) => value === "moved");
  await admin("PUT", "b", "moved");
  await heard;
});
await check("began as expected", async () => {
  const wanted = options.has("stale-flag") ? "poll,upgrade" : "socket";
  const kinds = [...new Set(transports)].sort().join();
  if (kinds !== wanted) throw new Error(`expected ${wanted}, found ${kinds}`);
});
await d.onDisconnect(ref("left")).set(true);
await fetch("/result", { method: "POST", body: JSON.stringify(results) });
