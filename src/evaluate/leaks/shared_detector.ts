import type { DetectionResult, FrameDetector } from "../../detect/client.ts";

/** One detector's answers for several lines that are given the same frames in the same order. */
export class SharedDetector {
  readonly #answers: Promise<DetectionResult>[] = [];

  constructor(private readonly detector: FrameDetector) {}

  /** A detector for one more line: whoever comes first to a frame has it looked at. */
  reader(): FrameDetector {
    const { detector } = this;
    let frame = 0;
    return {
      get capacity() {
        return detector.capacity;
      },
      detect: (packed) => this.#answers[frame++] ??= detector.detect(packed),
    };
  }
}
