// Energy used by day or month, as the API tells it, with the hours that are missing.
import { dayEat, lastDaysEat } from "./clock.ts";
import * as json from "./json.ts";

export type Step = "day" | "month";

const DAYS_SHOWN = 7;
const MONTHS_SHOWN = 6;

export interface Row {
  /** "2026-11-21" or "2026-11". */
  readonly start: string;
  /** Null when nothing was reported. */
  readonly usedWh: number | null;
  /** Hours were not reported: more may have been used. */
  readonly gaps: boolean;
}

export interface Usage {
  readonly rows: readonly Row[];
  readonly daysLeft: number | null;
}

/** The API's path for the last seven days, or for this month and the five before. */
export function usagePath(meterId: string, step: Step, nowMs: number): string {
  const today = dayEat(nowMs);
  const first = step === "day" ? lastDaysEat(nowMs, DAYS_SHOWN)[0] : firstOfMonth(today);
  return `/api/meters/${meterId}/consumption?from=${first}&to=${today}&step=${step}`;
}

/** What the API answered; null when it is no such answer. */
export function usageFromApi(body: unknown): Usage | null {
  const rows = json.member(body, "rows");
  if (!Array.isArray(rows)) return null;
  return {
    rows: rows.map((row: unknown, place) => readRow(row, place === rows.length - 1)),
    daysLeft: json.integer(body, "days_left"),
  };
}

/** The hour that is running now is often not reported yet: in the last row it is no gap. */
function readRow(row: unknown, isLast: boolean): Row {
  const missing = (json.integer(row, "of_hours") ?? 0) - (json.integer(row, "hours") ?? 0);
  return {
    start: json.text(row, "start") ?? "",
    usedWh: json.integer(row, "energy_wh"),
    gaps: missing > (isLast ? 1 : 0),
  };
}

function firstOfMonth(today: string): string {
  const months = Number(today.slice(0, 4)) * 12 + Number(today.slice(5, 7)) - MONTHS_SHOWN;
  const month = String((months % 12) + 1).padStart(2, "0");
  return `${Math.floor(months / 12)}-${month}-01`;
}
