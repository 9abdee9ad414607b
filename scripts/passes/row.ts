import type { Claim, Judged, Target } from "../../src/evaluate/detector/judge.ts";
import type { Schedule } from "../../src/evaluate/passes/run_passes.ts";

const WIDTHS = [8, 12, 16, 24, 48];

/** One schedule at one profile, and what came of the pictures so far. */
export class Row {
  readonly #claims: Claim[] = [];
  readonly #targets: Target[] = [];
  readonly #ms: number[] = [];

  /**
   * @param longSide Longest side of the whole picture's pass, in pixels.
   * @param score The score from which detections count.
   */
  constructor(readonly schedule: Schedule, readonly longSide: number, readonly score: number) {}

  /** Counts one picture. */
  add({ claims, targets }: Judged, ms: number): void {
    this.#claims.push(...claims);
    this.#targets.push(...targets);
    this.#ms.push(ms);
  }

  /** Mean over pictures, in milliseconds. */
  get meanMs(): number {
    return this.#ms.reduce((sum, ms) => sum + ms, 0) / this.#ms.length;
  }

  /** @param baseMs What the time is held against, in milliseconds. */
  result(baseMs: number) {
    const counted = this.#claims.filter(({ score }) => score >= this.score);
    const hits = counted.filter(({ isHit }) => isHit).length;
    const isFound = ({ score }: Target) => score >= this.score;
    const byWidth = WIDTHS.map((fromPx, i) => {
      const toPx = WIDTHS[i + 1] ?? null;
      const inside = this.#targets.filter(({ box }) =>
        box[2] >= fromPx && box[2] < (toPx ?? Infinity)
      );
      const found = inside.filter(isFound).length;
      return { fromPx, toPx, plates: inside.length, found };
    });
    return {
      schedule: this.schedule,
      longSide: this.longSide,
      plates: this.#targets.length,
      recall: this.#targets.filter(isFound).length / this.#targets.length,
      precision: counted.length === 0 ? 0 : hits / counted.length,
      byWidth,
      meanMs: this.meanMs,
      timesBase: this.meanMs / baseMs,
    };
  }

  /** @param baseMs What the time is held against, in milliseconds. */
  line(baseMs: number): string {
    const { recall, precision, byWidth, meanMs, timesBase } = this.result(baseMs);
    const widths = byWidth.map(({ fromPx, toPx, plates, found }) =>
      `${toPx === null ? `${fromPx}+` : `${fromPx}-${toPx}`} ${found}/${plates}`
    );
    return `${this.schedule.padEnd(7)}${String(this.longSide).padEnd(5)}` +
      `recall ${recall.toFixed(3)}, by width ${widths.join("  ")}; ` +
      `precision ${precision.toFixed(3)}; ${meanMs.toFixed(1)} ms, x${timesBase.toFixed(2)}`;
  }
}
