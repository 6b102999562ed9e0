// Where Firebase is: Hosting tells it at /__/firebase/init.json. The local suite adds the addresses
// of its emulators. firebase-tools does not, but a project called demo-... exists on this machine
// alone, at the usual ports. Production has none and speaks to Google.
import * as json from "./json.ts";

const CONFIG_PATH = "/__/firebase/init.json";
const LIMIT_MS = 20_000;
const LOCAL_PROJECT = "demo-";
const USUAL_EMULATORS = {
  auth: { host: "127.0.0.1", port: 9099 },
  rtdb: { host: "127.0.0.1", port: 9000 },
};

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface WebConfig {
  readonly apiKey: string;
  readonly projectId: string;
  readonly authDomain?: string;
  readonly appId?: string;
  readonly databaseURL: string;
  readonly authEmulator: Address | null;
  readonly databaseEmulator: Address | null;
}

/** Fetch and check the configuration. Rejects when it cannot be had. */
export async function loadConfig(): Promise<WebConfig> {
  const response = await fetch(CONFIG_PATH, { signal: AbortSignal.timeout(LIMIT_MS) });
  if (!response.ok) throw new Error(`${CONFIG_PATH}: HTTP ${response.status}`);
  return parseConfig(await response.json());
}

/** Throws when a name that the page needs is missing. */
export function parseConfig(node: unknown): WebConfig {
  const projectId = required(node, "projectId");
  const told = json.member(node, "emulators");
  const guessed = told === undefined && projectId.startsWith(LOCAL_PROJECT);
  const emulators = guessed ? USUAL_EMULATORS : told;
  const authDomain = json.text(node, "authDomain");
  const appId = json.text(node, "appId");
  return {
    apiKey: required(node, "apiKey"),
    projectId,
    databaseURL: guessed ? usualDatabase(projectId) : required(node, "databaseURL"),
    ...(authDomain === null ? {} : { authDomain }),
    ...(appId === null ? {} : { appId }),
    authEmulator: address(json.member(emulators, "auth")),
    databaseEmulator: address(json.member(emulators, "rtdb") ?? json.member(emulators, "database")),
  };
}

/** The namespace that firebase-tools gives the rules to; its init.json names another. */
function usualDatabase(projectId: string): string {
  const { host, port } = USUAL_EMULATORS.rtdb;
  return `http://${host}:${port}/?ns=${projectId}-default-rtdb`;
}

function required(node: unknown, name: string): string {
  const value = json.text(node, name);
  if (value === null) throw new Error(`${CONFIG_PATH}: ${name} is missing`);
  return value;
}

function address(node: unknown): Address | null {
  const host = json.text(node, "host");
  const port = json.integer(node, "port");
  return host === null || port === null ? null : { host, port };
}
