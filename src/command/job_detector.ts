import { DetectorClient, LIVE_DEPTH } from "../detect/client.ts";
import type { ModelCard } from "../detect/model_card.ts";
import { PictureDetector } from "../detect/picture_detector.ts";
import { type DetectorChoice, openPool } from "./open_detector.ts";

/** A detector for a job that waits for it and drops nothing. */
export interface JobDetector {
  /** Of a video's frames. */
  detector: DetectorClient;
  /** Of single pictures. */
  pictures: PictureDetector;
  card: ModelCard;
  startScores: Record<string, number>;
  /** Longest side of the detector's picture, in pixels. */
  longSide: number;
  /** Such as `bokashi-v1 int8 on cpu, profile 640`. */
  name: string;
  /** Frees the networks. */
  close(): Promise<void>;
}

/** A run may take this long: a job waits where a camera would not, in milliseconds. */
const PATIENCE_MS = 60_000;

/** One decoder feeds no more than so many networks. */
const MOST_WORKERS = 4;

/**
 * Opens the model on a provider and waits until it answers.
 *
 * @throws {UsageError} for a profile, precision or provider that cannot be used.
 */
export async function openJobDetector(choice: DetectorChoice): Promise<JobDetector> {
  const workers = Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency));
  const { pool, card, longSide, name } = await openPool({ workers, ...choice });
  const detector = new DetectorClient(
    PATIENCE_MS,
    (worker) => pool.replace(worker, "it stalled"),
    // While a full run goes on, the next one's pictures gather.
    Math.max(LIVE_DEPTH, 2 * pool.batch),
  );
  const ready = Promise.withResolvers<void>();
  pool.join({
    attach({ worker, port, pulse }) {
      detector.attach(worker, port, pulse);
      ready.resolve();
    },
    detach: (worker) => detector.detach(worker),
  });
  const pictures = new PictureDetector(pool);
  await ready.promise;
  return {
    detector,
    pictures,
    card,
    startScores: card.recommendedScores,
    longSide,
    name,
    async close() {
      detector.close();
      pictures.close();
      await pool.close();
    },
  };
}
