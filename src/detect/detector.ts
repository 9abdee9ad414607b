import { decode, InvalidOutputError } from "./decode.ts";
import type { Detection } from "./detection.ts";
import type { ModelCard } from "./model_card.ts";
import type { Network } from "./network.ts";
import { makePriors } from "./priors.ts";

/**
 * Share of the least score that starts a track: the tracker takes the faintest only for plates that it
 * knows on cars that it sees.
 */
const LOWEST_SHARE = 0.25;

/**
 * The lowest score that is passed on: well below what starts a track, so that tracks live through
 * weak detections (two-step association, as in ByteTrack).
 */
export function lowestScore(card: Pick<ModelCard, "recommendedScores">): number {
  return Math.min(...Object.values(card.recommendedScores)) * LOWEST_SHARE;
}

/** Runs a network on pictures and decodes what it says. */
export class Detector {
  readonly #priors = new Map<string, Float32Array>();

  /** @param minScore Lowest score that is passed on, 0..1. */
  constructor(
    private readonly network: Network,
    private readonly card: ModelCard,
    private readonly minScore: number = lowestScore(card),
  ) {}

  /**
   * Finds cars and plates in one detector picture.
   *
   * @param y `height * width` luma bytes.
   * @param uv `height / 2 * width / 2` bytes of U, then of V.
   * @throws {InvalidOutputError} if the network's numbers mean nothing.
   */
  async detect(y: Uint8Array, uv: Uint8Array, width: number, height: number): Promise<Detection[]> {
    return (await this.detectAll(y, uv, width, height, 1))[0];
  }

  /**
   * Finds cars and plates in detector pictures of one size, in one run.
   *
   * @param y `height * width` luma bytes of each.
   * @param uv `height / 2 * width / 2` bytes of U, then of V, of each.
   * @returns What is in each of the `count` pictures.
   * @throws {InvalidOutputError} if the network's numbers mean nothing for one of them.
   */
  async detectAll(
    y: Uint8Array,
    uv: Uint8Array,
    width: number,
    height: number,
    count: number,
  ): Promise<Detection[][]> {
    const { logits, deltas } = await this.network.run(y, uv, width, height, count);
    const key = `${width}x${height}`;
    let priors = this.#priors.get(key);
    if (!priors) this.#priors.set(key, priors = makePriors(this.card, width, height));
    const { card, minScore } = this, options = { card, priors, width, height, minScore };
    const scores = logits.length / count, codes = deltas.length / count;
    // The parts are checked by what decodes them: whole numbers of them are not.
    if (!Number.isInteger(scores) || !Number.isInteger(codes)) {
      throw new InvalidOutputError(
        `The network gave ${logits.length} scores for ${count} pictures`,
      );
    }
    return Array.from({ length: count }, (_, i) =>
      decode(
        logits.subarray(i * scores, (i + 1) * scores),
        deltas.subarray(i * codes, (i + 1) * codes),
        options,
      ));
  }
}
