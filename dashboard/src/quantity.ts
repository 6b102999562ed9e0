// Money, energy and power as people read and type them. Only whole numbers: KES, cents, Wh, W;
// digits are split by the decimal point, never divided into fractions.

export const MAX_AMOUNT_KES = 250_000;

const WH_PER_KWH = 1000;
const CENTS_PER_SHILLING = 100;
const GROUP = /\B(?=(\d{3})+$)/g;
const TYPED_AMOUNT = /^\d{1,3}(?:[ ,]?\d{3})*$/;

/** Energy in Wh as exact kWh without its unit: 2500 is "2.500". */
export function kwh(energyWh: number): string {
  return pointed(energyWh, WH_PER_KWH, 3);
}

/** Energy in Wh as kWh with one decimal, the rest cut off: for a label with little room. */
export function kwhShort(energyWh: number): string {
  return kwh(energyWh).slice(0, -2);
}

/** An amount of whole shillings: 1140 is "KES 1,140". */
export function kes(amountKes: number): string {
  return `KES ${grouped(whole(amountKes))}`;
}

/** An amount in cents: 114083 is "KES 1,140.83". */
export function kesFromCents(amountCents: number): string {
  return `KES ${pointed(amountCents, CENTS_PER_SHILLING, 2)}`;
}

/** Power in W: 1250 is "1,250 W". */
export function watts(powerW: number): string {
  return `${grouped(whole(powerW))} W`;
}

/** Whole shillings as typed ("500", "1,500", "1 500"), or null when it is not 1 to 250,000. */
export function parseAmountKes(typed: string): number | null {
  const trimmed = typed.trim();
  if (!TYPED_AMOUNT.test(trimmed)) return null;
  const amountKes = Number(trimmed.replace(/[ ,]/g, ""));
  return amountKes >= 1 && amountKes <= MAX_AMOUNT_KES ? amountKes : null;
}

function pointed(value: number, scale: number, digits: number): string {
  const size = Math.abs(whole(value));
  const rest = size % scale;
  const sign = value < 0 ? "−" : "";
  return `${sign}${grouped((size - rest) / scale)}.${String(rest).padStart(digits, "0")}`;
}

function grouped(value: number): string {
  const sign = value < 0 ? "−" : "";
  return sign + String(Math.abs(value)).replace(GROUP, ",");
}

function whole(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`expected a whole number, found ${value}`);
  return value;
}
