// This browser's memory; where it is forbidden, a memory that lasts as long as the page.

export interface Keeper {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

/** `localStorage`, or a stand-in when the browser refuses it. */
export function openKeeper(open: () => Keeper = () => localStorage): Keeper {
  const probe = "lipamita.probe";
  try {
    const keeper = open();
    keeper.setItem(probe, probe);
    keeper.removeItem(probe);
    return keeper;
  } catch {
    return shortMemory();
  }
}

function shortMemory(): Keeper {
  const values = new Map<string, string>();
  return {
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => void values.set(name, value),
    removeItem: (name) => void values.delete(name),
  };
}
