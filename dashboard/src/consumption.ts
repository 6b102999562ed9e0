// Energy used day by day, from the hours a meter reported.
import { lastDaysEat } from "./clock.ts";
import * as json from "./json.ts";

export const DAYS_SHOWN = 7;

export interface Day {
  readonly day: string;
  readonly usedWh: number;
}

/** `consumption_history/{meter_id}` as the last seven days, oldest first; silent days are 0. */
export function daysFromNode(node: unknown, nowMs: number): readonly Day[] {
  return lastDaysEat(nowMs, DAYS_SHOWN).map((day) => ({
    day,
    usedWh: json
      .children(json.member(node, day))
      .reduce((sum, [, hour]) => sum + (Number.isSafeInteger(hour) ? Number(hour) : 0), 0),
  }));
}
