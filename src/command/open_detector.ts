import { UsageError } from "../config/errors.ts";
import type { ProviderName } from "../config/schema.ts";
import type { ModelCard } from "../detect/model_card.ts";
import { openModel } from "../detect/models.ts";
import { PictureDetector } from "../detect/picture_detector.ts";
import { InferencePool } from "../detect/pool.ts";
import { chooseProvider } from "../detect/providers.ts";

/** What a command was told of its detector. */
export interface DetectorChoice {
  provider: ProviderName;
  /** The card's own choice where it is not given. */
  profile?: string | undefined;
  /** The provider's best where it is not given. */
  precision?: string | undefined;
  /** Lowest score that is passed on, 0..1; the tracker's where it is not given. */
  minScore?: (card: ModelCard) => number;
  /** Inference Workers; one for each core where it is not given, and one on a GPU, which runs one thing at a time. */
  workers?: number;
  /** The most pictures in one run; what the provider gains from where it is not given. */
  batch?: number | undefined;
}

/** The model on a provider. */
export interface OpenPool {
  pool: InferencePool;
  card: ModelCard;
  /** Longest side of the detector's picture, in pixels. */
  longSide: number;
  workers: number;
  /** Such as `bokashi-v1 int8 on cpu, profile 640`. */
  name: string;
}

/** A detector of pictures, ready to be used, and what it is. */
export interface OpenDetector extends Omit<OpenPool, "pool" | "workers"> {
  detector: PictureDetector;
  /** Pictures worth having under way at once. */
  parallel: number;
  /** Frees the networks. */
  close(): Promise<void>;
}

/**
 * Loads the model onto a provider.
 *
 * @throws {UsageError} for a profile, precision or provider that cannot be used.
 */
export async function openPool(choice: DetectorChoice): Promise<OpenPool> {
  const { card, url, file } = await openModel();
  const profile = choice.profile ?? card.defaultProfile;
  known("profile", profile, card.profiles);
  const { provider, precision: best } = await chooseProvider(choice.provider, card, file);
  const precision = choice.precision ?? best;
  known("precision", precision, card.files);
  const cores = Math.max(1, navigator.hardwareConcurrency);
  const workers = provider === "cpu" ? choice.workers ?? cores : 1;
  const pool = new InferencePool({
    card: url,
    file: file(precision),
    provider,
    workers,
    threads: 1,
    batch: choice.batch,
    ...(choice.minScore ? { minScore: choice.minScore(card) } : {}),
  });
  return {
    pool,
    card,
    longSide: card.profiles[profile].longSide,
    workers,
    name: `${card.name} ${precision} on ${provider}, profile ${profile}`,
  };
}

/**
 * Loads the model onto a provider, for pictures.
 *
 * @throws {UsageError} for a profile, precision or provider that cannot be used.
 */
export async function openDetector(choice: DetectorChoice): Promise<OpenDetector> {
  const { pool, workers, ...rest } = await openPool(choice);
  const detector = new PictureDetector(pool);
  return {
    ...rest,
    detector,
    // Decoding goes on while the networks run.
    parallel: 2 * Math.max(workers, pool.batch),
    async close() {
      detector.close();
      await pool.close();
    },
  };
}

function known(what: string, name: string, among: Record<string, unknown>): void {
  if (name in among) return;
  throw new UsageError(
    `There is no ${what} '${name}': use one of ${Object.keys(among).join(", ")}`,
  );
}
