// The page's few drawings. All are decoration: the words beside them say the same.

const PATHS = {
  bolt: "M13 2 5 13h5l-1 9 9-12h-6z",
  home: "M4 11 12 4l8 7v9h-5v-6H9v6H4z",
  list: "M5 5h14v16l-3-2-2 2-2-2-2 2-2-2-3 2zM8 10h8M8 14h5",
  gauge: "M4 19a9 9 0 1 1 16 0M12 15l4-6",
  out: "M10 4H5v16h5M9 12h11M16 8l4 4-4 4",
  back: "M14 6l-6 6 6 6",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
