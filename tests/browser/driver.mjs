// A phone with a browser that is told over HTTP what to do. POST / with {"verb": ..., ...} answers
// {"value": ...}, or {"error": ...} when the page did not come to it in time. GET is not known.
import { createServer } from "node:http";
import { chromium } from "playwright-core";

const LIMIT_MS = 15_000;
const FLAGS = [
  "--no-sandbox", // the page is ours, and CI runs as root
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const browser = await chromium.launch({ executablePath: process.argv[2], args: FLAGS });
let page;
let seen;
let sockets; // the page's live WebSockets; null once they are cut

const verbs = {
  /** A new phone: nothing remembered, `width` CSS pixels wide. */
  async open({ url, width, locale }) {
    await page?.context().close();
    page = await browser.newPage({ viewport: { width, height: 740 }, locale });
    page.setDefaultTimeout(LIMIT_MS);
    seen = { loads: 0, problems: [], hosts: new Set(), keys: [] };
    watch(page);
    sockets = new Set();
    await page.routeWebSocket("**", (socket) => {
      if (sockets === null) return socket.close();
      socket.connectToServer();
      sockets.add(socket);
    });
    await page.goto(url);
  },
  fill: ({ label, value }) => page.getByLabel(label, { exact: true }).fill(value),
  press: ({ role, name }) => page.getByRole(role, { name, exact: true }).click(),
  /** Two taps in one turn of the page's own loop, as fast as a nervous thumb never is. */
  press_twice: ({ role, name }) =>
    page.getByRole(role, { name, exact: true }).evaluate((element) => {
      element.click();
      element.click();
    }),
  reload: () => page.reload(),
  /** Waits until the page shows the text somewhere. */
  see: ({ text }) => page.getByText(text).first().waitFor(),
  /** Waits until the page shows the text nowhere. */
  gone: ({ text }) => page.getByText(text).first().waitFor({ state: "detached" }),
  /** Waits until the part with that test id says the text; gives all it says. */
  async read({ id, text }) {
    const part = page.getByTestId(id).filter({ hasText: text ?? "" });
    return (await part.first().innerText()).trim();
  },
  stage: ({ stage }) => page.locator(`[data-stage="${stage}"]`).waitFor(),
  rows: ({ selector }) => page.locator(selector).allInnerTexts(),
  /** How far the page is wider than the phone. */
  overflow: () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
  /** Interactive parts without a name that a screen reader could say. */
  nameless: () =>
    page.evaluate(() =>
      [...document.querySelectorAll("a, button, input")]
        .filter((part) => !(part.ariaLabel || part.textContent.trim() || part.labels?.length))
        .map((part) => part.outerHTML),
    ),
  /** Requests to the path reach the server, but the answers are lost, `count` times. */
  lose_answers: ({ path, count }) =>
    page.route(
      `**${path}`,
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: count },
    ),
  /** Every WebSocket breaks, and none is made again. */
  async cut_sockets() {
    const standing = [...sockets];
    sockets = null;
    await Promise.all(standing.map((socket) => socket.close()));
  },
  /** What was observed since `open`. */
  report: () => ({ ...seen, hosts: [...seen.hosts] }),
};

function watch(page) {
  page.on("load", () => {
    seen.loads += 1;
  });
  page.on("pageerror", (error) => seen.problems.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !text.startsWith("Failed to load resource")) {
      seen.problems.push(text);
    }
  });
  page.on("request", (request) => {
    seen.hosts.add(new URL(request.url()).hostname);
    const key = request.headers()["idempotency-key"];
    if (key !== undefined) seen.keys.push(key);
  });
  page.on("websocket", (socket) => seen.hosts.add(new URL(socket.url()).hostname));
}

const server = createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  let answer;
  try {
    const { verb, ...what } = JSON.parse(text);
    answer = { value: (await verbs[verb](what)) ?? null };
  } catch (error) {
    const shown = await page?.locator("body").innerText({ timeout: 1_000 }).catch(() => "");
    answer = { error: `${error}\nThe page shows:\n${shown}` };
  }
  response.end(JSON.stringify(answer));
});
server.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
process.on("SIGTERM", () => browser.close().finally(() => process.exit(0)));
process.on("SIGINT", () => browser.close().finally(() => process.exit(0)));
