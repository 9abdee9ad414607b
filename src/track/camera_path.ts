import type { Motion } from "./global_motion.ts";

/** How far the picture lies from where it lay in the first frame, in pixels. */
export interface Offset {
  readonly x: number;
  readonly y: number;
}

/** Where a moving camera has looked, frame by frame, as far back as the look-ahead asks. */
export class CameraPath {
  #newest: Offset = { x: 0, y: 0 };
  /** By frame, oldest first. */
  readonly #offsets = new Map<number, Offset>();

  /** @param history frames that can still be asked for, counted back from the newest */
  constructor(private readonly history: number) {}

  /** Of the newest frame. */
  get newest(): Offset {
    return this.#newest;
  }

  /** Frames that are remembered. */
  get length(): number {
    return this.#offsets.size;
  }

  /** Goes on to a frame. Frames come in order; some may be missing, as they were dropped. */
  follow(frame: number, { dx, dy }: Motion): void {
    this.#newest = { x: this.#newest.x + dx, y: this.#newest.y + dy };
    this.#offsets.set(frame, this.#newest);
    for (const old of this.#offsets.keys()) {
      if (old >= frame - this.history) break;
      this.#offsets.delete(old);
    }
  }

  /** Of a frame that was followed; of one that was not, the newest. */
  at(frame: number): Offset {
    return this.#offsets.get(frame) ?? this.#newest;
  }
}
