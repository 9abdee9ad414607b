import { UsageError } from "../config/errors.ts";
import { oneOf, parseFlags } from "../config/flags.ts";
import { DEFAULT_MASK, MASK_STYLES, NO_ZONES } from "../config/mask_schema.ts";
import { PROVIDERS } from "../config/schema.ts";
import { EncoderError } from "../encode/encoder.ts";
import type { EncoderOptions } from "../encode/encoder_arguments.ts";
import { containerOf } from "../encode/file_arguments.ts";
import { FileEncoder } from "../encode/file_encoder.ts";
import { findMedia } from "../evaluate/media_files.ts";
import { type AuditEntry, masksByFrame, parseAudit } from "../mask/audit.ts";
import { runBoxesJob } from "../pipeline/boxes_job.ts";
import { runFileJob } from "../pipeline/file_job.ts";
import { fileDetails } from "../source/file_details.ts";
import { hdrWarning } from "../frame/color_tags.ts";
import { SourceError } from "../source/source_error.ts";
import { BlurAudit } from "./blur_audit.ts";
import { type BlurTask, blurTasks, partOf } from "./blur_outputs.ts";
import { blurPicture } from "./blur_picture.ts";
import { type JobDetector, openJobDetector } from "./job_detector.ts";
import { makeFolder } from "./output_file.ts";
import { Progress } from "./progress.ts";
import { stopSignal } from "./stop_signal.ts";

const FLAGS = {
  out: { type: "string" },
  style: { type: "string" },
  boxes: { type: "string" },
  "boxes-in": { type: "string" },
  audio: { type: "string" },
  overwrite: { type: "boolean" },
  provider: { type: "string" },
  profile: { type: "string" },
} as const;

/** Every track is known for this long into the future: more than any track is held or carried back. */
const LOOK_AHEAD_MS = 1000;
/** In frames at least, whatever times they have, and at most. */
const LOOK_AHEAD_FRAMES = 8, MOST_LOOK_AHEAD_FRAMES = 240;
/** Memory for frames that wait. */
const LOOK_AHEAD_BYTES = 512 * 1024 ** 2;

interface Job {
  detector: JobDetector | null;
  entries: readonly AuditEntry[];
  style: typeof MASK_STYLES[number];
  audio: boolean;
  audit: BlurAudit | null;
  signal: AbortSignal;
}

/** Blurs files. Gives exit code 1 if one was skipped or a frame covered, 130 when interrupted. */
export async function blur(args: readonly string[]): Promise<number> {
  const { values, words } = parseFlags(args, FLAGS);
  const text = (name: keyof typeof FLAGS) => values[name] as string | undefined;
  const out = text("out");
  if (words.length === 0) throw new UsageError("Give a video, a picture or a folder to blur");
  if (out === undefined) throw new UsageError("Say where the result goes: --out FILE or --out DIR");
  const style = oneOf("style", text("style"), MASK_STYLES) ?? DEFAULT_MASK.style;
  const audio = oneOf("audio", text("audio"), ["keep", "drop"] as const) === "keep";
  const provider = oneOf("provider", text("provider"), PROVIDERS) ?? "auto";
  const files = await findMedia(words);
  const isFile = words[0] === "demo" || !(await Deno.stat(words[0])).isDirectory;
  const single = words.length === 1 && isFile;
  const tasks = await blurTasks(files, out, single);
  const boxesIn = text("boxes-in"), boxes = text("boxes");
  const entries = boxesIn === undefined ? [] : await readAudit(boxesIn, tasks);
  const audit = boxes === undefined ? null : new BlurAudit(boxes, tasks.length > 1);
  await audit?.open();

  const stop = new AbortController();
  stopSignal().then(() => stop.abort(new Interrupted()));
  let detector: JobDetector | null = null;
  let skipped = 0, covered = 0, damaged = 0;
  let done = false;
  try {
    if (boxesIn === undefined) {
      detector = await openJobDetector({ provider, profile: text("profile") });
    }
    const job = { detector, entries, style, audio, audit, signal: stop.signal };
    for (const task of tasks) {
      try {
        if (!values.overwrite && await exists(task.to)) {
          throw new SourceError(
            `'${task.to}' is there already: give --overwrite, or another --out`,
          );
        }
        const how = await blurFile(task, job);
        covered += how.covered;
        if (how.damage !== null) {
          damaged++;
          console.error(
            `bokashi: '${task.file}' is damaged (${how.damage}): its result lacks what could not be read`,
          );
        }
      } catch (error) {
        audit?.forget();
        if (stop.signal.aborted) throw stop.signal.reason;
        if (!isFileError(error)) throw error;
        skipped++;
        console.error(`bokashi: Skipped '${task.file}': ${error.message}`);
      }
    }
    done = true;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    console.error("bokashi: interrupted; nothing half done is left");
    return 130;
  } finally {
    await detector?.close();
    await audit?.close(done);
  }
  const parts = [`${tasks.length - skipped} of ${tasks.length} files blurred`];
  if (covered > 0) parts.push(`${covered} frames covered, as the detector failed on them`);
  if (damaged > 0) parts.push(`${damaged} damaged`);
  console.error(`bokashi: ${parts.join("; ")}`);
  return skipped + covered + damaged > 0 ? 1 : 0;
}

class Interrupted extends Error {}

/** How a file was blurred. */
interface Blurred {
  /** Frames. */
  covered: number;
  /** What of it could not be read; null if nothing is known of it. */
  damage: string | null;
}

/** Blurs one file beside its place and gives it its name when it is whole. */
async function blurFile(task: BlurTask, job: Job): Promise<Blurred> {
  const folder = task.to.slice(0, task.to.lastIndexOf("/") + 1);
  if (folder) await makeFolder(folder);
  const part = partOf(task.to);
  try {
    const how = task.kind === "picture"
      ? await picture(task, part, job)
      : await video(task, part, job);
    job.signal.throwIfAborted();
    // What is told of it must be on the disk before it is there.
    job.audit?.keep();
    await Deno.rename(part, task.to);
    return how;
  } finally {
    await Deno.remove(part).catch(() => {});
  }
}

async function picture(task: BlurTask, part: string, job: Job): Promise<Blurred> {
  const { detector, entries, style, audit } = job;
  const masks = await blurPicture(task.file, part, {
    mask: { ...DEFAULT_MASK, style },
    detector,
    given: (size) => {
      const masks = masksByFrame(entries, task.name, size);
      const last = Math.max(0, ...masks.keys());
      if (last > 0) {
        throw new RangeError(`the boxes are of frame ${last}: a picture has frame 0 only`);
      }
      return masks.get(0) ?? [];
    },
  });
  audit?.add(task.name, 0, 0, masks);
  const isCovered = detector && masks.some(({ reason }) => reason === "cover");
  return { covered: isCovered ? 1 : 0, damage: null };
}

async function video(task: BlurTask, part: string, job: Job): Promise<Blurred> {
  const { detector, entries, style, audit, signal } = job;
  const details = await fileDetails(task.file);
  const hdr = hdrWarning(details.color);
  if (hdr) console.error(`bokashi: '${task.name}' is in ${hdr}`);
  const progress = new Progress();
  const began = performance.now();
  let frames = 0;
  const told = (number: number, timeUs: number, masks: Parameters<BlurAudit["add"]>[3]) => {
    audit?.add(task.name, number, timeUs, masks);
    const rate = ++frames / (performance.now() - began) * 1000;
    const left = Math.max(0, Math.round((details.frames - frames) / rate));
    const eta = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`;
    const total = Math.max(frames, details.frames);
    progress.show(frames, total, `${rate.toFixed(0)} fps, ${eta}, ${task.name}`);
  };
  const common = {
    source: task.file,
    mask: { ...DEFAULT_MASK, style },
    encoderThreads: Math.max(1, navigator.hardwareConcurrency - 1),
    signal,
    openSink: (shape: EncoderOptions) =>
      new FileEncoder({
        ...shape,
        to: part,
        container: containerOf(task.to)!,
        color: details.color,
        audio: job.audio && details.audioCodec !== null
          ? { file: task.file, codec: details.audioCodec, startSeconds: details.startSeconds }
          : null,
      }),
  };
  try {
    if (!detector) {
      const masks = (size: { width: number; height: number }) =>
        masksByFrame(entries, task.name, size);
      return { covered: 0, damage: await runBoxesJob({ ...common, masks, onFrame: told }) };
    }
    return await runFileJob({
      ...common,
      detector: detector.detector,
      startScores: detector.startScores,
      longSide: detector.longSide,
      zones: NO_ZONES,
      decoderThreads: 1,
      lookAhead: LOOK_AHEAD_FRAMES,
      reach: (frameBytes) => ({
        ms: LOOK_AHEAD_MS,
        most: Math.min(MOST_LOOK_AHEAD_FRAMES, Math.floor(LOOK_AHEAD_BYTES / frameBytes)),
      }),
      onFrame: ({ number, steadyUs, masks }) => told(number, steadyUs, masks),
    });
  } finally {
    progress.clear();
  }
}

/** What a person says is to be hidden. Lines of another file are a mistake, not to be passed over. */
async function readAudit(path: string, tasks: readonly BlurTask[]): Promise<AuditEntry[]> {
  const text = await Deno.readTextFile(path).catch((error) => {
    throw new UsageError(`Cannot read the boxes '${path}': ${error.message}`, { cause: error });
  });
  const entries = parseAudit(text, path);
  const names = new Set(tasks.map(({ name }) => name));
  const stranger = entries.find(({ file }) => file === null ? tasks.length > 1 : !names.has(file));
  if (stranger) {
    throw new UsageError(
      stranger.file === null
        ? `'${path}' does not say which of the ${tasks.length} files its boxes are of: blur one at a time`
        : `'${path}' has boxes of '${stranger.file}', which is not among the files`,
    );
  }
  return entries;
}

/** Mistakes of one file, after which the others are still done. */
function isFileError(error: unknown): error is Error {
  return error instanceof SourceError || error instanceof EncoderError ||
    error instanceof RangeError || error instanceof Deno.errors.PermissionDenied;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
