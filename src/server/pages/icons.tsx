/** Drawn on a 24 by 24 grid in strokes, so that they take the colour and weight of the text. */
const PATHS = {
  fullscreen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  wall: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  theme: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  snapshot: "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  leave: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  alert: "M12 4l9 16H3zM12 10v5M12 17.5v.5",
} as const;

/** A small drawing beside or instead of a word; the word itself is for the one who uses it. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
