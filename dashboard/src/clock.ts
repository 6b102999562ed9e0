// Times as people read them. Kenya keeps UTC+3 all year, so East Africa Time is an addition.

const EAT_OFFSET_MS = 3 * 3_600_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const JUST_NOW_MS = 45_000;

export type AgoUnit = "now" | "minute" | "hour" | "day";

export interface Ago {
  readonly unit: AgoUnit;
  readonly count: number;
}

/** How long ago that was, in the largest whole unit. A time ahead of the clock is "now". */
export function ago(atMs: number, nowMs: number): Ago {
  const passedMs = nowMs - atMs;
  if (passedMs < JUST_NOW_MS) return { unit: "now", count: 0 };
  if (passedMs < HOUR_MS) return { unit: "minute", count: Math.max(1, floor(passedMs, MINUTE_MS)) };
  if (passedMs < DAY_MS) return { unit: "hour", count: floor(passedMs, HOUR_MS) };
  return { unit: "day", count: floor(passedMs, DAY_MS) };
}

/** "21 Nov 2026, 14:03" in East Africa Time. */
export function dateTimeEat(atMs: number, months: readonly string[]): string {
  const at = new Date(atMs + EAT_OFFSET_MS);
  const day = `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  return `${day}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** The calendar day in East Africa Time, "2026-11-21": a key of consumption_history. */
export function dayEat(atMs: number): string {
  return new Date(atMs + EAT_OFFSET_MS).toISOString().slice(0, "yyyy-mm-dd".length);
}

/** The last days up to today, oldest first, as keys of consumption_history. */
export function lastDaysEat(nowMs: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => dayEat(nowMs - (count - 1 - n) * DAY_MS));
}

/** 0 for Sunday to 6 for Saturday of a day "2026-11-21". */
export function weekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

function floor(value: number, unit: number): number {
  return Math.floor(value / unit);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
