import type { Rect } from "../frame/rect.ts";

/** Formats of pictures that are kept. */
export type PictureFormat = "jpeg" | "png" | "webp";

/** The format of a file name; null for one that cannot be kept. */
export function pictureFormat(file: string): PictureFormat | null {
  if (/\.(jpe?g|jfif)$/i.test(file)) return "jpeg";
  return /\.png$/i.test(file) ? "png" : /\.webp$/i.test(file) ? "webp" : null;
}

/**
 * ffmpeg's arguments that lay masks over a picture file and write it anew in its format. The masked
 * I420 picture comes on stdin; of it only the masks are taken, so every other pixel stays as it was,
 * in its own sampling and depth. EXIF, GPS and the like are not written.
 *
 * @param input How the bare picture is opened: arguments, and filters that set it upright, with a comma behind.
 * @param pixelFormat The bare picture's, in ffmpeg's name.
 * @param masks Whole even pixels of the masked picture.
 */
export function pictureArguments(
  input: { args: readonly string[]; upright: string },
  bare: { width: number; height: number; pixelFormat: string },
  masked: { width: number; height: number },
  masks: readonly Rect[],
  format: PictureFormat,
  to: string,
): string[] {
  const isRgb = /^(pal8|monob|ya?rgb|[ar]?gb|bgr|argb|abgr|rgba|0rgb|gbr)/.test(bare.pixelFormat);
  const range = /^yuvj/.test(bare.pixelFormat) ? "pc" : "tv";
  const n = masks.length;
  const parts = masks.map((_, i) => `[m${i}]`).join("");
  const upright = input.upright.replace(/,$/, "");
  const filters = [
    ...upright && n > 0 ? [`[0:v]${upright}[up]`] : [],
    `[1:v]scale=${bare.width}:${bare.height}:in_range=tv:out_range=${range}:in_color_matrix=bt601` +
    (n > 1 ? `,split=${n}${parts}` : "[m0]"),
    ...masks.map((mask, i) => {
      const { x, y } = mask;
      // The bare picture may have an odd last column and row, which the masked one has not.
      const width = x + mask.width === masked.width ? bare.width - x : mask.width;
      const height = y + mask.height === masked.height ? bare.height - y : mask.height;
      const base = i === 0 ? upright ? "[up]" : "[0:v]" : `[b${i - 1}]`;
      return `[m${i}]crop=${width}:${height}:${x}:${y}:exact=1[c${i}];` +
        `${base}[c${i}]overlay=${x}:${y}:format=${isRgb ? "rgb" : "auto"}[b${i}]`;
    }),
  ];
  return [
    ...["-hide_banner", "-loglevel", "error", "-y", ...input.args],
    ...["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", `${masked.width}x${masked.height}`],
    ...["-i", "pipe:0"],
    ...n > 0
      ? ["-filter_complex", filters.join(";"), "-map", `[b${n - 1}]`]
      : ["-map", "0:v", ...upright ? ["-vf", upright] : []],
    ...["-frames:v", "1", "-map_metadata", "-1", ...encoder(format, bare.pixelFormat)],
    ...["-f", "image2", "-update", "1", `file:${to}`],
  ];
}

function encoder(format: PictureFormat, pixelFormat: string): string[] {
  switch (format) {
    case "jpeg":
      return ["-c:v", "mjpeg", "-q:v", "2", "-huffman", "optimal"];
    case "png":
      return ["-c:v", "png"];
    case "webp":
      // Only lossless WebP holds RGB.
      return [
        "-c:v",
        "libwebp",
        "-lossless",
        /rgb|bgr/.test(pixelFormat) ? "1" : "0",
        "-quality",
        "95",
      ];
  }
}
