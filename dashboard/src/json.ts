// Reading what came from outside: each reader gives a value of its type, or null.

/** The value under that name; undefined when there is none. */
export function member(node: unknown, name: string): unknown {
  return isRecord(node) && Object.hasOwn(node, name) ? node[name] : undefined;
}

export function text(node: unknown, name: string): string | null {
  const value = member(node, name);
  return typeof value === "string" ? value : null;
}

export function integer(node: unknown, name: string): number | null {
  const value = member(node, name);
  return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}

export function flag(node: unknown, name: string): boolean | null {
  const value = member(node, name);
  return typeof value === "boolean" ? value : null;
}

/** One of a closed list of texts. */
export function oneOf<T extends string>(node: unknown, name: string, list: readonly T[]): T | null {
  const value = member(node, name);
  return list.find((one) => one === value) ?? null;
}

/** Children in key order. The database may give a map with number keys as a list with gaps. */
export function children(node: unknown): readonly (readonly [string, unknown])[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node)
    .filter(([, value]) => value !== null && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function isRecord(node: unknown): node is Record<string, unknown> {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}
