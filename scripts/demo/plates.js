// Licence plates: four styles at their physical size, with invented texts.
import { canvas, texture } from "./util.js";

const SIZE = { eu: [0.520, 0.110], uk: [0.520, 0.111], us: [0.305, 0.152], jp: [0.330, 0.165] };
export const plateSize = (style) => SIZE[style.split("-")[0]];

function rounded(g, x, y, w, h, r) {
  g.beginPath();
  g.roundRect(x, y, w, h, r);
}

/** Writes text to fill a box: the font's height is set, its width is squeezed or widened. */
function fit(g, text, font, x, y, w, h, spacing = 0, stretch = 1.4) {
  g.save();
  g.font = font.replace(" ", ` ${Math.round(h * 1.36)}px `); // weight, size, family: the only order CSS takes
  g.letterSpacing = `${spacing}px`;
  g.textBaseline = "alphabetic";
  g.textAlign = "center";
  const m = g.measureText(text);
  const ascent = m.actualBoundingBoxAscent + m.actualBoundingBoxDescent;
  g.translate(x + w / 2, y + h);
  g.scale(Math.min(w / m.width, (h / ascent) * stretch), h / ascent);
  g.fillText(text, 0, -m.actualBoundingBoxDescent);
  g.strokeStyle = g.fillStyle; // plate lettering has an even, heavy stroke
  g.lineWidth = h * 0.045;
  g.lineJoin = "round";
  if (h > 60) g.strokeText(text, 0, -m.actualBoundingBoxDescent);
  g.restore();
}

export function plateTexture(style, text) {
  const [wm, hm] = plateSize(style);
  const k = style.startsWith("eu") || style.startsWith("uk") ? 2000 : 2400;
  const W = Math.round(wm * k), H = Math.round(hm * k);
  const narrow = "'Barlow Condensed'";
  return texture(canvas(W, H, (g) => {
    const paint = (bg, border) => {
      g.fillStyle = border;
      g.fillRect(0, 0, W, H);
      g.fillStyle = bg;
      rounded(g, H * 0.025, H * 0.025, W - H * 0.05, H - H * 0.05, H * 0.08);
      g.fill();
    };
    if (style === "eu") {
      paint("#f4f5f2", "#16181a");
      g.fillStyle = "#1437a4";
      rounded(g, H * 0.03, H * 0.03, H * 0.40, H * 0.94, H * 0.06);
      g.fill();
      g.fillStyle = "#ffd21f";
      for (let i = 0; i < 12; i++) {
        const a = i * Math.PI / 6;
        g.beginPath();
        g.arc(H * 0.23 + Math.cos(a) * H * 0.12, H * 0.3 + Math.sin(a) * H * 0.12, H * 0.022, 0, 7);
        g.fill();
      }
      g.fillStyle = "#fff";
      fit(g, "Z", `600 ${narrow}`, H * 0.1, H * 0.62, H * 0.26, H * 0.22);
      g.fillStyle = "#0b0c0e";
      fit(g, text, `600 ${narrow}`, H * 0.56, H * 0.17, W - H * 0.70, H * 0.68, H * 0.05);
    } else if (style === "uk-front" || style === "uk-rear") {
      paint(style === "uk-rear" ? "#f6c90d" : "#f3f4f0", "#1c1c1c");
      g.fillStyle = "#0b0c0e";
      fit(g, text, `700 ${narrow}`, H * 0.22, H * 0.16, W - H * 0.44, H * 0.68, H * 0.05);
    } else if (style === "us") {
      paint("#f2f1ea", "#8d9196");
      g.fillStyle = "#1d4f9c";
      g.fillRect(H * 0.05, H * 0.05, W - H * 0.1, H * 0.21);
      g.fillStyle = "#fff";
      fit(g, "BOKASHI STATE", `600 ${narrow}`, W * 0.14, H * 0.09, W * 0.72, H * 0.13, H * 0.02);
      g.fillStyle = "#15305f";
      fit(g, text, `600 ${narrow}`, W * 0.06, H * 0.34, W * 0.88, H * 0.44);
      g.fillStyle = "#b8322c";
      g.fillRect(H * 0.05, H * 0.86, W - H * 0.1, H * 0.09);
      g.fillStyle = "#55585c";
      for (const x of [0.2, 0.8]) {
        g.beginPath();
        g.arc(W * x, H * 0.9, H * 0.03, 0, 7);
        g.fill();
      }
    } else { // jp-white, jp-green
      const green = style === "jp-green";
      const ink = green ? "#f3f6f1" : "#0c5a3c";
      paint(green ? "#0f6a45" : "#f3f4ef", green ? "#0a4a30" : "#a9aca6");
      g.fillStyle = ink;
      const [top, kana, number] = text.split("/");
      fit(g, top, "600 'Noto Sans JP'", W * 0.25, H * 0.1, W * 0.5, H * 0.2);
      fit(g, kana, "600 'Noto Sans JP'", W * 0.05, H * 0.56, W * 0.09, H * 0.17);
      fit(g, number, `600 ${narrow}`, W * 0.17, H * 0.39, W * 0.77, H * 0.48, H * 0.02);
    }
  }));
}
