// The Firebase SDK, started once: sign-in by e-mail and phone, and live data over a WebSocket.
// Long polling would load scripts from the database's host, which the page's policy forbids.
import { type FirebaseApp, initializeApp } from "firebase/app";
import {
  type Auth,
  browserLocalPersistence,
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
} from "firebase/auth";
import {
  connectDatabaseEmulator,
  type Database,
  forceWebSockets,
  getDatabase,
} from "firebase/database";
import { type AppProof, startAppCheck } from "./app_check.ts";
import type { WebConfig } from "./config.ts";

export interface Firebase {
  readonly auth: Auth;
  readonly database: Database;
  readonly proof: AppProof;
}

export async function startFirebase(config: WebConfig): Promise<Firebase> {
  const { authEmulator, databaseEmulator, ...options } = config;
  const app = initializeApp(options);
  const proof = await startAppCheck(app, authEmulator !== null); // before all that shows it
  return {
    auth: startAuth(app, authEmulator),
    database: startDatabase(app, databaseEmulator),
    proof,
  };
}

function startAuth(app: FirebaseApp, emulator: WebConfig["authEmulator"]): Auth {
  const auth = initializeAuth(app, {
    persistence: [indexedDBLocalPersistence, browserLocalPersistence],
  });
  if (emulator !== null) {
    const url = `http://${emulator.host}:${emulator.port}`;
    connectAuthEmulator(auth, url, { disableWarnings: true });
  }
  return auth;
}

function startDatabase(app: FirebaseApp, emulator: WebConfig["databaseEmulator"]): Database {
  forceWebSockets();
  const database = getDatabase(app); // databaseURL names the namespace, also of the emulator
  if (emulator !== null) connectDatabaseEmulator(database, emulator.host, emulator.port);
  return database;
}
