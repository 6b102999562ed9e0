// The size of what a phone downloads, brotli as Hosting sends it, held against the budget.
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url).pathname;
const SCRIPT_BUDGET_BYTES = 110_000;
const SHOWN = new Set([".html", ".js", ".css", ".svg", ".webmanifest"]);

const files = readdirSync(DIST, { recursive: true })
  .filter((name) => SHOWN.has(extname(name)))
  .map((name) => ({ name, bytes: brotliCompressSync(readFileSync(join(DIST, name))).length }));
for (const { name, bytes } of files) console.log(`${String(bytes).padStart(8)} B br  ${name}`);

const scriptBytes = files
  .filter(({ name }) => name.endsWith(".js"))
  .reduce((sum, { bytes }) => sum + bytes, 0);
console.log(`${String(scriptBytes).padStart(8)} B br  all scripts, budget ${SCRIPT_BUDGET_BYTES}`);
if (scriptBytes > SCRIPT_BUDGET_BYTES) {
  console.error("The scripts are larger than the budget.");
  process.exit(1);
}
