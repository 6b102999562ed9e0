// Kenyan mobile numbers: typed in many shapes, sent in one (2547XXXXXXXX, 2541XXXXXXXX).

const SEPARATORS = /[ \-()\u00a0]/g;
const SHAPES = /^(?:\+?254|0)?([71]\d{8})$/;
const MAX_TYPED_LENGTH = 20;

/** The number as M-PESA wants it, or null when it cannot be a Kenyan mobile number. */
export function parseMsisdn(typed: string): string | null {
  const trimmed = typed.trim();
  if (trimmed.length > MAX_TYPED_LENGTH) return null;
  const match = SHAPES.exec(trimmed.replace(SEPARATORS, ""));
  return match === null ? null : `254${match[1]}`;
}

/** As people write it: 254700000001 is "0700 000 001"; anything else unchanged. */
export function localPhone(msisdn: string): string {
  const match = /^254(\d{3})(\d{3})(\d{3})$/.exec(msisdn);
  return match === null ? msisdn : `0${match[1]} ${match[2]} ${match[3]}`;
}
