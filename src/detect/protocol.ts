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
    /** The most pictures in one run; what the provider gains from where it is not said. */
    batch?: number;
    /** Memory of its `Pulse`. */
    pulse: SharedArrayBuffer;
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
  /** Memory for small pictures of this size, one after the other: Y, U, V each. */
  | { type: "memory"; buffer: SharedArrayBuffer; width: number; height: number }
  | { type: "detect"; id: number; slot: number };

/** The answer to one `detect`. */
export type FromPort =
  | { id: number; detections: Detection[]; inferenceMs: number }
  | { id: number; error: string };

/** Bytes of one small picture. */
export function smallBytes(width: number, height: number): number {
  return (width * height * 3) / 2;
}
