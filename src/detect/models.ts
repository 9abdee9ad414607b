import { type ModelCard, ModelError, readModelCard } from "./model_card.ts";

/** The model that ships with the program. */
export const MODEL_CARD = new URL("../../models/bokashi-v1.json", import.meta.url);

/** A model on disk. */
export interface Model {
  card: ModelCard;
  /** Place of the card. */
  url: URL;
  /** Path of the file of one precision, such as `fp32`. */
  file(precision: string): string;
}

/**
 * Reads the card and makes sure that its files are there, whole.
 *
 * @throws {ModelError} if one is missing or cut short.
 */
export async function openModel(url: URL = MODEL_CARD): Promise<Model> {
  const card = await readModelCard(url);
  const path = (name: string) => decodeURIComponent(new URL(name, url).pathname);
  for (const { file, bytes } of Object.values(card.files)) {
    const size = await Deno.stat(path(file)).then((info) => info.size, () => null);
    if (size !== bytes) {
      const state = size === null ? "is missing" : `has ${size} bytes, not ${bytes}`;
      throw new ModelError(
        `Model file 'models/${file}' ${state}: restore it with 'git checkout models/${file}'`,
      );
    }
  }
  return { card, url, file: (precision) => path(card.files[precision].file) };
}
