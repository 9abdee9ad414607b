import type { ProviderName } from "../config/schema.ts";
import { DetectorClient } from "../detect/client.ts";
import { PictureDetector } from "../detect/picture_detector.ts";
import { openPool } from "./open_detector.ts";

/** A detector for a job that waits for it and drops nothing. */
export interface JobDetector {
  /** Of a video's frames. */
  detector: DetectorClient;
  /** Of single pictures. */
  pictures: PictureDetector;
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

/**
 * Opens the model on a provider and waits until it answers.
 *
 * @param profileName Null for the model's own choice.
 * @throws {UsageError} for a profile or provider that cannot be used.
 */
export async function openJobDetector(
  wanted: ProviderName,
  profileName: string | null,
): Promise<JobDetector> {
  const { pool, card, longSide, name } = await openPool({
    provider: wanted,
    profile: profileName ?? undefined,
  });
  const detector = new DetectorClient(PATIENCE_MS, (worker) => pool.replace(worker, "it stalled"));
  const ready = Promise.withResolvers<void>();
  pool.join({
    attach({ worker, port }) {
      detector.attach(worker, port);
      ready.resolve();
    },
    detach: (worker) => detector.detach(worker),
  });
  const pictures = new PictureDetector(pool);
  await ready.promise;
  return {
    detector,
    pictures,
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
