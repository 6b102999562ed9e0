// Runs named checks one after the other and prints one JSON line for each: {name, ok, error, ms}.
// A check that does not end within its limit has failed.

const LIMIT_MS = 15_000;
const checks = [];

export function check(name, body) {
  checks.push({ name, body });
}

export function equal(found, expected, what = "value") {
  const [a, b] = [canonical(found), canonical(expected)];
  if (a !== b) throw new Error(`${what}: found ${a}, expected ${b}`);
}

export function truthy(value, what) {
  if (!value) throw new Error(`expected ${what}`);
}

export async function fails(promise, pattern) {
  let error;
  try {
    await promise;
  } catch (caught) {
    error = caught;
  }
  if (!error) throw new Error(`expected a failure like ${pattern}`);
  const text = `${error.code ?? ""} ${error.message}`;
  if (!pattern.test(text)) throw new Error(`expected ${pattern}, found ${text}`);
}

// Collects values; `until` resolves when the collected ones satisfy a predicate.
export class Recorder {
  values = [];
  #waiting = [];

  add = (value) => {
    this.values.push(value);
    this.#waiting = this.#waiting.filter(({ predicate, resolve }) => {
      if (!predicate(this.values)) return true;
      resolve(this.values);
      return false;
    });
  };

  until(predicate) {
    if (predicate(this.values)) return Promise.resolve(this.values);
    return new Promise((resolve) => this.#waiting.push({ predicate, resolve }));
  }
}

export async function run() {
  for (const { name, body } of checks) {
    const started = performance.now();
    const result = await Promise.race([
      Promise.resolve().then(body).then(() => ({ ok: true }), (error) => ({ ok: false, error: String(error?.stack ?? error) })),
      new Promise((resolve) => setTimeout(resolve, LIMIT_MS, { ok: false, error: "timed out" })),
    ]);
    console.log(JSON.stringify({ name, ...result, ms: Math.round(performance.now() - started) }));
  }
  process.exit(0);
}

// JSON with the keys of objects in order.
export function canonical(value) {
  return JSON.stringify(value, (_, item) =>
    item && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
