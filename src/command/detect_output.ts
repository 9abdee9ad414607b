import { UsageError } from "../config/errors.ts";
import { boxFilters, drawOnPicture, drawOnVideo } from "../evaluate/draw_boxes.ts";
import type { Seen } from "../evaluate/look.ts";
import type { MediaFile } from "../evaluate/media_files.ts";
import type { FoundBox } from "../evaluate/source_boxes.ts";
import { makeFolder } from "./output_file.ts";

const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** One picture or frame as a line of JSON: boxes in its own pixels, x, y, width, height. */
export function jsonLine({ media, frame, width, height, found, inferenceMs }: Seen): string {
  return JSON.stringify({
    file: media.file,
    frame,
    width,
    height,
    detections: found.map(({ class: label, score, box }) => ({
      class: label,
      score: round(score, 4),
      box: box.map((value) => round(value, 2)),
    })),
    inferenceMs: round(inferenceMs, 2),
  });
}

/** One picture or frame for a person to read. */
export function textLine({ media, frame, found, inferenceMs }: Seen): string {
  const boxes = found.map(({ class: label, score, box: [x, y, w, h] }) =>
    `${label} ${score.toFixed(2)} at ${x.toFixed(0)},${y.toFixed(0)} ${w.toFixed(0)}x${
      h.toFixed(0)
    }`
  );
  const place = media.kind === "video" ? `${media.file} frame ${frame}` : media.file;
  return `${place} (${inferenceMs.toFixed(1)} ms): ${boxes.join("; ") || "nothing"}`;
}

export const CSV_HEAD = "file,frame,class,score,x,y,width,height\n";

/** One picture's or frame's rows of the table, one a detection. */
export function csvRows({ media, frame, found }: Seen): string {
  const file = /[",\n\r]/.test(media.file) ? `"${media.file.replaceAll('"', '""')}"` : media.file;
  return found.map(({ class: label, score, box }) => {
    const numbers = box.map((value) => round(value, 2));
    return [file, frame, label, round(score, 4), ...numbers].join(",") + "\n";
  }).join("");
}

/** Writes pictures and videos with boxes drawn into a folder. */
export class Drawings {
  readonly #boxes = new Map<MediaFile, FoundBox[][]>();
  readonly #sizes = new Map<MediaFile, Pick<Seen, "width" | "height">>();

  constructor(private readonly folder: string) {}

  /**
   * Makes the folders that the files' drawings need.
   *
   * @throws {UsageError} if one would overwrite another, or a file that is read.
   */
  async prepare(files: readonly MediaFile[]): Promise<void> {
    const taken = new Set<string>();
    for (const media of files) {
      const to = this.#path(media);
      if (taken.has(to)) throw new UsageError(`Two files would be drawn as '${to}'`);
      taken.add(to);
      await makeFolder(to.replace(/\/[^/]*$/, ""));
      const there = await Deno.realPath(to).catch(() => null);
      if (there !== null && there === await Deno.realPath(media.file)) {
        throw new UsageError(`--out would overwrite '${media.file}': give another folder`);
      }
    }
  }

  /** Draws a picture at once; notes a frame's boxes until its video is finished. */
  async add({ media, width, height, found }: Seen): Promise<void> {
    if (media.kind === "picture") {
      await drawOnPicture(media.file, this.#path(media), boxFilters(found, width, height));
      return;
    }
    this.#sizes.set(media, { width, height });
    const frames = this.#boxes.get(media) ?? [];
    this.#boxes.set(media, frames);
    frames.push(found);
  }

  /** Draws the videos. */
  async finish(onFailure: (media: MediaFile, error: Error) => void): Promise<void> {
    for (const [media, frames] of this.#boxes) {
      const { width, height } = this.#sizes.get(media)!;
      await drawOnVideo(media.file, this.#path(media), width, height, frames)
        .catch((error) => onFailure(media, error));
    }
  }

  #path({ name, kind }: MediaFile): string {
    const usual = kind === "picture" ? /\.(jpe?g|png)$/i : /\.mp4$/i;
    const ending = usual.test(name) ? "" : kind === "picture" ? ".png" : ".mp4";
    return `${this.folder.replace(/(?<=.)\/+$/, "")}/${name}${ending}`;
  }
}
