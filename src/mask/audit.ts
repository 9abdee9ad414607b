import { UsageError } from "../config/errors.ts";
import { toEvenPixels } from "../frame/rect.ts";
import type { FrameMask, MaskReason } from "./frame_mask.ts";

/** One mask in one frame of one file, as an audit file tells it. */
export interface AuditEntry {
  /** Only where the audit is of several files. */
  file: string | null;
  frame: number;
  mask: FrameMask;
}

/** How an audit file is written: JSON lines or CSV. */
export type AuditFormat = "jsonl" | "csv";

const REASONS: readonly MaskReason[] = [
  "detected",
  "predicted",
  "interpolated",
  "backfilled",
  "zone",
  "cover",
];
const COLUMNS = [
  "frame",
  "timeMs",
  "class",
  "x",
  "y",
  "width",
  "height",
  "score",
  "reason",
  "track",
];

/** An audit file's first line; empty for JSON. */
export function auditHead(format: AuditFormat, severalFiles: boolean): string {
  if (format === "jsonl") return "";
  return [...(severalFiles ? ["file"] : []), ...COLUMNS].join(",") + "\n";
}

/**
 * One line for each mask of a frame. A mask's box is what is hidden: whole even pixels.
 *
 * @param file Null where the audit is of one file.
 */
export function auditLines(
  format: AuditFormat,
  file: string | null,
  frame: number,
  timeUs: number,
  masks: readonly FrameMask[],
): string {
  const timeMs = Math.round(timeUs / 10) / 100;
  return masks.map((mask) => {
    const { x, y, width, height } = mask.rect;
    const score = Math.round(mask.score * 1000) / 1000;
    const { class: label, reason, track } = mask;
    if (format === "jsonl") {
      const box = [x, y, width, height];
      const line = { frame, timeMs, class: label, box, score, reason, track };
      return JSON.stringify(file === null ? line : { file, ...line }) + "\n";
    }
    const cells = [frame, timeMs, label, x, y, width, height, score, reason, track ?? ""];
    return [...(file === null ? [] : [quoted(file)]), ...cells].join(",") + "\n";
  }).join("");
}

/**
 * Reads an audit file, corrected by a person or as it was written.
 *
 * @param name Shown in messages.
 * @throws {UsageError} naming the line that cannot be used: nothing is guessed.
 */
export function parseAudit(text: string, name: string): AuditEntry[] {
  const lines = text.split(/\r?\n/);
  const head = lines[0]?.startsWith("{") ? null : splitCsv(lines[0] ?? "");
  return lines.flatMap((line, i) => {
    if (line.trim() === "" || (head && i === 0)) return [];
    try {
      return [entry(head ? fromCsv(head, line) : JSON.parse(line))];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UsageError(`${name}:${i + 1}: not a mask: ${why}`, { cause: error });
    }
  });
}

/**
 * The masks of one file by frame. Boxes are cut to even pixels of the picture.
 *
 * @throws {RangeError} for a box that lies outside the picture, and would hide nothing.
 */
export function masksByFrame(
  entries: readonly AuditEntry[],
  file: string,
  picture: { width: number; height: number },
): Map<number, FrameMask[]> {
  const frames = new Map<number, FrameMask[]>();
  for (const { file: of, frame, mask } of entries) {
    if (of !== null && of !== file) continue;
    const rect = toEvenPixels(mask.rect, picture.width, picture.height);
    if (!rect) {
      const { x, y } = mask.rect, { width, height } = picture;
      throw new RangeError(
        `a box of frame ${frame} at ${x}, ${y} lies outside the picture of ${width}x${height}`,
      );
    }
    const masks = frames.get(frame) ?? [];
    frames.set(frame, masks);
    masks.push({ ...mask, box: rect, rect });
  }
  return frames;
}

function entry(line: Record<string, unknown>): AuditEntry {
  const { file = null, frame, class: label = "plate", box, score = 1, reason = "detected" } = line;
  const track = line.track ?? null;
  if (!Number.isInteger(frame) || (frame as number) < 0) {
    throw new Error("'frame' must be 0 or more");
  }
  if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite)) {
    throw new Error("'box' must be [x, y, width, height]");
  }
  if (box[2] <= 0 || box[3] <= 0) throw new Error("'box' must have a width and a height");
  if (!REASONS.includes(reason as MaskReason)) {
    throw new Error(`'reason' must be one of ${REASONS.join(", ")}`);
  }
  const rect = { x: box[0], y: box[1], width: box[2], height: box[3] };
  return {
    file: file === null ? null : String(file),
    frame: frame as number,
    mask: {
      class: String(label),
      box: rect,
      rect,
      score: Number(score),
      reason: reason as MaskReason,
      track: track === null ? null : Number(track),
    },
  };
}

function fromCsv(head: readonly string[], line: string): Record<string, unknown> {
  const cells = splitCsv(line);
  const value = (column: string) => cells[head.indexOf(column)];
  for (const column of ["frame", "x", "y", "width", "height"]) {
    if (!value(column)) throw new Error(`no '${column}'`);
  }
  return {
    file: value("file") ?? null,
    frame: Number(value("frame")),
    class: value("class") || undefined,
    box: ["x", "y", "width", "height"].map((column) => Number(value(column))),
    score: Number(value("score") || 1),
    reason: value("reason") || undefined,
    track: value("track") ? Number(value("track")) : null,
  };
}

function splitCsv(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)]
    .map(([, inQuotes, plain]) => inQuotes?.replaceAll('""', '"') ?? plain);
}

function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
