import { z } from "zod";

const size = z.tuple([z.number().positive(), z.number().positive()]);
const byClass = z.record(z.string(), z.number().min(0).max(1));

/** What a model file says of itself in the JSON next to it. No prior or class is written in code. */
export const modelCardSchema = z.object({
  name: z.string(),
  version: z.string(),
  classes: z.array(z.string()).min(1),
  files: z.record(
    z.string(),
    z.object({ file: z.string(), sha256: z.string(), bytes: z.number() }),
  ),
  input: z.object({ layout: z.literal("i420"), multipleOf: z.number().int().positive() }),
  priors: z.object({
    /** Divisors of centre and size codes. */
    variances: z.tuple([z.number().positive(), z.number().positive()]),
    /** Finest level first; sizes in pixels of the detector's picture. */
    levels: z.array(z.object({ stride: z.number().int().positive(), sizes: z.array(size).min(1) })),
  }),
  recommendedScores: byClass,
  nmsIoU: byClass,
  profiles: z.record(z.string(), z.object({ longSide: z.number().int().positive() })),
  defaultProfile: z.string(),
});

/** A model card. */
export type ModelCard = z.infer<typeof modelCardSchema>;

/** A model that cannot be used. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}

/**
 * Reads a model card.
 *
 * @param url The card's place; its files lie beside it.
 * @throws {ModelError} if it is missing or is not a card.
 */
export async function readModelCard(url: URL): Promise<ModelCard> {
  const shown = url.pathname.split("/").slice(-2).join("/");
  let text: string;
  try {
    text = await Deno.readTextFile(url);
  } catch (error) {
    throw new ModelError(
      `Model card '${shown}' cannot be read: it belongs to the project, restore it with 'git checkout ${shown}'`,
      { cause: error },
    );
  }
  try {
    return modelCardSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ModelError(`Model card '${shown}' is not valid: ${error}`, { cause: error });
  }
}
