import type { Detection } from "./detection.ts";

/** What the pool tells an inference Worker. */
export type ToWorker =
  | {
    type: "open";
    card: string;
    file: string;
    provider: string;
    threads: number;
    /** Lowest score that is passed on; what tracks need where it is not said. */
    minScore?: number;
  }
  | { type: "connect"; port: MessagePort }
  | { type: "close" };

/** What an inference Worker tells the pool. */
export type FromWorker =
  | { type: "ready" }
  | { type: "failed"; message: string }
  | { type: "closed" };

/** What a camera tells an inference Worker on a port of its own. */
export type ToPort =
  /**
   * Memory for `slots` small pictures of this size, one after the other: Y, U, V each. `running` has
   * an Int32 for each, which the Worker sets to 1 when it begins to look at the picture.
   */
  | {
    type: "memory";
    buffer: SharedArrayBuffer;
    running: SharedArrayBuffer;
    width: number;
    height: number;
  }
  | { type: "detect"; id: number; slot: number };

/** The answer to one `detect`. */
export type FromPort =
  | { id: number; detections: Detection[]; inferenceMs: number }
  | { id: number; error: string };

/** Bytes of one small picture. */
export function smallBytes(width: number, height: number): number {
  return (width * height * 3) / 2;
}
