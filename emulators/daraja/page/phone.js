// The payer's phone in the browser: reads the control API, acts through it, follows its events.

const MAX_ACTIVITY = 60;
const WAIT_MS = 25000;
const RETRY_MS = 1000;
const PROMPT_LIFE_MS = 60000;

const byId = (id) => document.getElementById(id);
const state = { phones: [], chosen: null, ledger: [], activity: [], clock: null };

const ACTIVITY = {
  push_accepted: (e) => `Push of KES ${e.amount} for ${e.account_reference} to ${e.msisdn}`,
  prompt_shown: (e) => `${e.msisdn} sees the prompt`,
  paid: (e) => `${e.msisdn} paid KES ${e.amount}, receipt ${e.receipt}`,
  push_closed: (e) => `${e.msisdn}: ended with result ${e.result_code}`,
  callback_delivered: (e) => `${words(e.what)} answered ${e.status} in ${e.duration_ms} ms`,
  callback_failed: (e) => `${words(e.what)} could not be delivered: ${e.error}`,
  callback_withheld: (e) => `Nobody was told: ${e.why}`,
  c2b_failed: (e) => `${e.msisdn}: payment by hand failed`,
  reversed: (e) => `Receipt ${e.receipt} reversed: KES ${e.amount}`,
  paid_out: (e) => `KES ${e.amount} paid out to ${e.msisdn}, receipt ${e.receipt}`,
};
const OUTCOMES = {
  0: "Paid.",
  1: "Not enough money in the wallet.",
  1019: "The prompt has expired.",
  1032: "Cancelled.",
  1037: "Left unanswered.",
  2001: "Wrong PIN.",
  8006: "The PIN is locked after three wrong ones.",
};

function words(name) {
  const text = name.replaceAll("_", " ");
  return (text[0].toUpperCase() + text.slice(1)).replace("Stk", "STK").replace("C2b", "C2B");
}

async function api(path, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(`/simulator/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

function clockNow() {
  const { clock } = state;
  if (!clock) return null;
  return clock.frozen ? clock.now_ms : clock.now_ms + (performance.now() - clock.read_at);
}

function timeText(ms) {
  return new Date(ms).toLocaleTimeString("en-GB", { timeZone: "Africa/Nairobi" });
}

function element(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
}

function drawPhones() {
  byId("phones").replaceChildren(
    ...state.phones.map((phone) => {
      const button = element("button");
      button.type = "button";
      button.dataset.msisdn = phone.msisdn;
      button.setAttribute("aria-current", String(phone.msisdn === state.chosen));
      button.append(element("span", phone.name, "owner"));
      button.append(element("span", phone.msisdn, "detail"));
      if (phone.prompt) button.append(element("span", "Prompt", "badge"));
      const item = element("li");
      item.append(button);
      return item;
    }),
  );
}

function drawPhone() {
  const phone = state.phones.find((known) => known.msisdn === state.chosen);
  if (!phone) return;
  byId("owner").textContent = phone.name;
  byId("msisdn").textContent = phone.msisdn;
  byId("balance").textContent = `KES ${phone.balance.toLocaleString("en-KE")}`;
  const wasHidden = byId("prompt").hidden;
  byId("prompt").hidden = !phone.prompt;
  byId("idle").hidden = Boolean(phone.prompt);
  if (phone.prompt) {
    byId("prompt-text").textContent = phone.prompt.text;
    byId("pin-hint").textContent = phone.locked
      ? "This PIN is locked."
      : `This simulated phone's PIN is ${phone.pin}.`;
    if (wasHidden) {
      byId("pin").value = "";
      report("");
    }
  }
  byId("sms").replaceChildren(
    ...[...phone.sms].reverse().map((sms) => {
      const item = element("li");
      item.append(element("time", timeText(sms.at_ms)), sms.text);
      return item;
    }),
  );
  if (!phone.sms.length) byId("sms").append(element("li", "No messages yet.", "idle"));
}

function drawLedger() {
  byId("ledger-empty").hidden = state.ledger.length > 0;
  byId("ledger").replaceChildren(
    ...[...state.ledger].reverse().map((row) => {
      const line = element("tr");
      if (row.reversed_at_ms !== null) line.className = "reversed";
      line.append(
        element("td", row.receipt),
        element("td", timeText(row.at_ms)),
        element("td", row.msisdn),
        element("td", row.account_reference),
        element("td", row.amount.toLocaleString("en-KE"), "number"),
        element("td", row.channel.toUpperCase()),
      );
      return line;
    }),
  );
}

function drawActivity() {
  byId("activity").replaceChildren(
    ...state.activity.map((event) => {
      const item = element("li");
      item.append(element("time", timeText(event.at_ms)), element("span", ACTIVITY[event.kind](event)));
      return item;
    }),
  );
}

function drawClock() {
  const now = clockNow();
  if (now === null) return;
  byId("clock").textContent = timeText(now);
  byId("clock-note").textContent = state.clock.frozen ? "Nairobi, frozen" : "Nairobi";
  const phone = state.phones.find((known) => known.msisdn === state.chosen);
  if (!phone?.prompt) return;
  const left = Math.max(0, phone.prompt.expires_at_ms - now);
  byId("life").style.width = `${Math.min(100, (left / PROMPT_LIFE_MS) * 100)}%`;
  byId("left").textContent = `${Math.ceil(left / 1000)} s left`;
}

function report(text, failed = false) {
  byId("outcome").textContent = text;
  byId("outcome").classList.toggle("failed", failed);
}

async function learnShortCode() {
  const { party_b: partyB } = await api("credentials");
  if (!byId("short").value) byId("short").value = partyB;
}

async function refresh() {
  const [phones, ledger, clock] = await Promise.all([api("phones"), api("ledger"), api("clock")]);
  state.phones = phones.phones;
  state.ledger = ledger.receipts;
  state.clock = { ...clock, read_at: performance.now() };
  if (!state.phones.some((phone) => phone.msisdn === state.chosen)) {
    state.chosen = state.phones[0]?.msisdn ?? null;
  }
  const short = Object.entries(ledger.balances).filter(([name]) => name.startsWith("short_code:"));
  byId("short-code").textContent = short
    .map(([name, amount]) => `${name.replace("short_code:", "Short code ")} holds KES ${amount}`)
    .join(" · ");
  drawPhones();
  drawPhone();
  drawLedger();
  drawClock();
}

async function payByHand() {
  try {
    const body = {
      short_code: byId("short").value.trim(),
      account_reference: byId("account").value,
      amount: Number(byId("amount").value),
    };
    const { receipt, state: stands } = await api(`phones/${state.chosen}/pay`, body);
    await refresh();
    const said = { paid: `Sent. Receipt ${receipt}.`, failed: "Not sent: see the message." };
    report(said[stands] ?? "The merchant is being asked.", stands === "failed");
  } catch (error) {
    report(error.message, true);
  }
}

async function choose(msisdn) {
  state.chosen = msisdn;
  report("");
  drawPhones();
  drawPhone();
  drawClock();
  document.querySelector(`[data-msisdn="${msisdn}"]`)?.focus();
}

async function act(action, body) {
  try {
    const ended = await api(`phones/${state.chosen}/${action}`, body);
    const paid = ended.result_code === "0";
    const outcome = OUTCOMES[ended.result_code] ?? `Ended with result ${ended.result_code}.`;
    await refresh();
    report(paid ? `${outcome} Receipt ${ended.receipt}.` : outcome, !paid);
  } catch (error) {
    report(error.message, true);
  }
}

byId("phones").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) choose(button.dataset.msisdn);
});
byId("pay").addEventListener("submit", (event) => {
  event.preventDefault();
  const pin = byId("pin").value;
  byId("pin").value = "";
  act("pin", { pin });
});
byId("by-hand").addEventListener("submit", (event) => {
  event.preventDefault();
  payByHand();
});
byId("cancel").addEventListener("click", () => act("cancel", {}));
byId("ignore").addEventListener("click", () => act("ignore", {}));
byId("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const phone = await api(`phones/${encodeURIComponent(byId("number").value.trim())}`);
    byId("add-error").textContent = "";
    byId("number").value = "";
    await refresh();
    await choose(phone.msisdn);
  } catch (error) {
    byId("add-error").textContent = error.message;
  }
});

function follow(events) {
  for (const event of events) {
    if (event.kind === "started") state.activity = [];
    if (ACTIVITY[event.kind]) state.activity.unshift(event);
    const shown = state.phones.find((phone) => phone.msisdn === state.chosen);
    if (event.kind === "prompt_shown" && !shown?.prompt) state.chosen = event.msisdn;
  }
  state.activity.length = Math.min(state.activity.length, MAX_ACTIVITY);
  drawActivity();
}

async function live() {
  let after = 0;
  for (;;) {
    try {
      const wait = after ? WAIT_MS : 0;
      const events = await api(`events?after=${after}&wait_ms=${wait}`);
      if (events.length) after = events[events.length - 1].number;
      follow(events);
      await refresh();
      byId("offline").hidden = true;
    } catch {
      byId("offline").hidden = false;
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

setInterval(drawClock, 500);
learnShortCode().catch(() => {});
live();
