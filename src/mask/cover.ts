import type { I420 } from "../frame/i420.ts";
import { glyph } from "./glyphs.ts";

/** Luma of the cover, of its lettering, and its chroma: a calm blue-grey. */
const GROUND = 46, INK = 190, INK_SOFT = 120, U = 134, V = 124;
const GLYPH_WIDTH = 6, GLYPH_HEIGHT = 7;

/**
 * Covers the whole picture, in place: nothing of what was there remains.
 *
 * @param title A line of capitals, digits, `:`, `-` and `.`.
 * @param detail A smaller line below it.
 */
export function cover(picture: I420, title: string, detail = ""): void {
  picture.y.fill(GROUND);
  picture.u.fill(U);
  picture.v.fill(V);
  // Lettering that fits three quarters of the width, and stays modest on a large picture.
  const widest = Math.floor((picture.width * 0.75) / (title.length * GLYPH_WIDTH));
  const scale = Math.max(1, Math.min(widest, Math.round(picture.height / 110)));
  const middle = Math.round(picture.height / 2);
  write(picture, title, middle - scale * GLYPH_HEIGHT, scale, INK);
  if (detail) {
    const room = Math.floor((picture.width * 0.9) / (detail.length * GLYPH_WIDTH));
    const small = Math.max(1, Math.min(room, Math.round(scale * 0.6)));
    write(picture, detail, middle + scale * 4, small, INK_SOFT);
  }
}

function write(picture: I420, text: string, top: number, scale: number, luma: number): void {
  const left = Math.round((picture.width - (text.length * GLYPH_WIDTH - 1) * scale) / 2);
  [...text].forEach((character, index) => {
    glyph(character)?.forEach((dots, row) =>
      dots.forEach((on, column) => {
        if (!on) return;
        const x = left + (index * GLYPH_WIDTH + column) * scale;
        for (let line = 0; line < scale; line++) {
          const y = top + row * scale + line;
          if (y < 0 || y >= picture.height) continue;
          const from = Math.max(0, x), to = Math.min(picture.width, x + scale);
          if (to > from) picture.y.fill(luma, y * picture.width + from, y * picture.width + to);
        }
      })
    );
  });
}
