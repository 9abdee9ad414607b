import { UsageError } from "../../config/errors.ts";
import { COCO_FILE, readCoco } from "./coco.ts";
import type { LabelledPicture } from "./labels.ts";
import { readVoc } from "./voc.ts";

const SPLITS_FILE = "splits.json";
const DEFAULT_SPLIT = "val";

/** A set of labelled pictures. */
export interface LabelledSet {
  pictures: LabelledPicture[];
  /** The part that was taken; null for all. */
  split: string | null;
}

/**
 * Reads labelled pictures: `annotations.json` (COCO style) or labelImg's XML files, in a folder or
 * in the folders below it, each a source of its own. `splits.json`, if there, lists the pictures of
 * each split by their path below the folder.
 *
 * @param split Undefined for `val` where there are splits, otherwise all pictures.
 * @throws {UsageError} if there is nothing, or something cannot be read.
 */
export async function readLabels(folder: string, split?: string): Promise<LabelledSet> {
  const root = folder.replace(/(?<=.)\/+$/, "");
  const info = await Deno.stat(root).catch(() => null);
  if (!info?.isDirectory) throw new UsageError(`Cannot open '${folder}': there is no such folder`);
  const all = await readBelow(root, root.split("/").at(-1)!);
  if (all.length === 0) {
    throw new UsageError(`'${folder}' holds neither ${COCO_FILE} nor XML files of labelImg`);
  }
  const text = await Deno.readTextFile(`${root}/${SPLITS_FILE}`).catch(() => null);
  if (text === null) {
    if (split === undefined) return { pictures: all, split: null };
    throw new UsageError(`There is no '${root}/${SPLITS_FILE}' that could say what '${split}' is`);
  }
  const splits = JSON.parse(text) as Record<string, unknown>;
  const name = split ?? DEFAULT_SPLIT;
  const listed = splits[name];
  if (!Array.isArray(listed)) {
    const known = Object.keys(splits).filter((key) => Array.isArray(splits[key]));
    throw new UsageError(`There is no split '${name}': use one of ${known.join(", ")}`);
  }
  const wanted = new Set(listed.map((path) => `${root}/${path}`));
  return { pictures: all.filter(({ file }) => wanted.has(file)), split: name };
}

async function readBelow(folder: string, source: string): Promise<LabelledPicture[]> {
  const entries = (await Array.fromAsync(Deno.readDir(folder)))
    .sort((a, b) => a.name < b.name ? -1 : 1);
  if (entries.some(({ name }) => name === COCO_FILE)) return await readCoco(folder, source);
  const pictures = entries.some(({ name }) => /\.xml$/i.test(name))
    ? await readVoc(folder, source)
    : [];
  for (const { name, isDirectory } of entries) {
    if (isDirectory) pictures.push(...await readBelow(`${folder}/${name}`, name));
  }
  return pictures;
}
