import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../src/config.ts";

const HOSTED = {
  apiKey: "not-a-real-key",
  projectId: "an-estate",
  databaseURL: "https://an-estate-default-rtdb.europe-west1.firebasedatabase.app",
  messagingSenderId: "1",
};

test("Hosting's own file has no emulators", () => {
  const config = parseConfig(HOSTED);
  assert.equal(config.databaseURL, HOSTED.databaseURL);
  assert.equal(config.authEmulator, null);
  assert.equal(config.databaseEmulator, null);
});

test("the suite's file tells where its emulators are", () => {
  const emulators = {
    auth: { host: "127.0.0.1", port: 9099 },
    rtdb: { host: "127.0.0.1", port: 9000 },
  };
  const config = parseConfig({ ...HOSTED, emulators });
  assert.deepEqual(config.authEmulator, emulators.auth);
  assert.deepEqual(config.databaseEmulator, emulators.rtdb);
});

test("a demo project without emulators is on this machine, at the usual ports", () => {
  const config = parseConfig({ ...HOSTED, projectId: "demo-lipamita" });
  assert.equal(config.databaseURL, "http://127.0.0.1:9000/?ns=demo-lipamita-default-rtdb");
  assert.deepEqual(config.authEmulator, { host: "127.0.0.1", port: 9099 });
  assert.deepEqual(config.databaseEmulator, { host: "127.0.0.1", port: 9000 });
});

test("a missing name is said", () => {
  for (const name of ["apiKey", "projectId", "databaseURL"]) {
    assert.throws(() => parseConfig({ ...HOSTED, [name]: undefined }), new RegExp(name));
  }
});
