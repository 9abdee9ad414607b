import { readStill, type Still } from "../source/still.ts";
import { videoFrames } from "../source/video_frames.ts";
import { inOrder } from "./in_order.ts";
import type { MediaFile } from "./media_files.ts";
import { type PassOptions, runPasses, type Schedule, wholePass } from "./passes/run_passes.ts";
import type { FoundBox } from "./source_boxes.ts";

/** What was found in one picture or frame. */
export interface Seen {
  media: MediaFile;
  /** Counted from 0; 0 for a picture. */
  frame: number;
  /** Size of the upright picture in pixels. */
  width: number;
  height: number;
  found: FoundBox[];
  /** Time of the network and of decoding what it says, of all passes together, in milliseconds. */
  inferenceMs: number;
}

/** A picture, or the rest of a video, that could not be looked at. */
export interface NotSeen {
  media: MediaFile;
  frame: number;
  error: Error;
}

/** How to look. */
export interface LookOptions extends PassOptions {
  /** Of single pictures. */
  schedule: Schedule;
  /** Of a video's frames; the same where it is not given. */
  videoSchedule?: Schedule;
  /** Pictures under way at once. */
  parallel: number;
}

interface Task {
  media: MediaFile;
  frame: number;
  load(): Promise<Still>;
}

/** Looks at every picture and frame, in order, several at once; one that fails stops no other. */
export async function* look(
  files: readonly MediaFile[],
  options: LookOptions,
): AsyncGenerator<Seen | NotSeen> {
  const { detector, longSide, parallel } = options;
  const scheduleOf = ({ kind }: MediaFile) =>
    kind === "picture" ? options.schedule : options.videoSchedule ?? options.schedule;
  // Further passes are cut from the picture in its own size.
  const sideOf = (media: MediaFile) => scheduleOf(media) === "whole" ? longSide : null;
  yield* inOrder(
    tasks(files, sideOf),
    parallel,
    async ({ media, frame, load }) => {
      try {
        const still = await load();
        const { width, height } = still;
        const schedule = scheduleOf(media);
        const seen = schedule === "whole"
          ? await wholePass(detector, still)
          : await runPasses(schedule, still, options);
        return { media, frame, width, height, ...seen };
      } catch (error) {
        return { media, frame, error: error instanceof Error ? error : new Error(String(error)) };
      }
    },
  );
}

async function* tasks(
  files: readonly MediaFile[],
  sideOf: (media: MediaFile) => number | null,
): AsyncGenerator<Task> {
  for (const media of files) {
    const longSide = sideOf(media);
    if (media.kind === "picture") {
      yield { media, frame: 0, load: () => readStill(media.file, longSide) };
      continue;
    }
    let frame = 0;
    try {
      const { frames } = await videoFrames(media.file, longSide);
      for await (const still of frames) {
        yield { media, frame: frame++, load: () => Promise.resolve(still) };
      }
      if (frame === 0) throw new Error("it holds no frame");
    } catch (error) {
      yield { media, frame, load: () => Promise.reject(error) };
    }
  }
}
