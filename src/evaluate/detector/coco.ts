import { z } from "zod";
import { UsageError } from "../../config/errors.ts";
import type { LabelledPicture } from "./labels.ts";

const cocoSchema = z.object({
  categories: z.array(z.object({ id: z.number(), name: z.string() })),
  images: z.array(z.object({
    id: z.number(),
    file_name: z.string(),
    width: z.number(),
    height: z.number(),
    labeled: z.array(z.string()).optional(),
  })),
  annotations: z.array(z.object({
    image_id: z.number(),
    category_id: z.number(),
    bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    iscrowd: z.union([z.number(), z.boolean()]).optional(),
  })),
});

/** The name of a COCO-style file. */
export const COCO_FILE = "annotations.json";

/**
 * Reads a folder of COCO-style labels: `annotations.json`, and pictures in `images/` or beside it.
 * A picture's `labeled` names the classes that were looked for; without it all are.
 *
 * @param source What the pictures are to be counted under.
 * @throws {UsageError} if the file is not of that kind.
 */
export async function readCoco(folder: string, source: string): Promise<LabelledPicture[]> {
  const path = `${folder}/${COCO_FILE}`;
  let coco: z.infer<typeof cocoSchema>;
  try {
    coco = cocoSchema.parse(JSON.parse(await Deno.readTextFile(path)));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new UsageError(`'${path}' is not a COCO-style file: ${why}`, { cause: error });
  }
  const names = new Map(coco.categories.map(({ id, name }) => [id, name]));
  const inside = await Deno.stat(`${folder}/images`).then((info) => info.isDirectory, () => false);
  const pictures = new Map(coco.images.map((image) => {
    const picture: LabelledPicture = {
      file: `${folder}/${inside ? "images/" : ""}${image.file_name}`,
      source,
      width: image.width,
      height: image.height,
      labelled: new Set(image.labeled ?? names.values()),
      boxes: [],
    };
    return [image.id, picture];
  }));
  for (const { image_id, category_id, bbox, iscrowd } of coco.annotations) {
    const picture = pictures.get(image_id), label = names.get(category_id);
    if (!picture || label === undefined) {
      throw new UsageError(
        `'${path}' has a box of image ${image_id} and category ${category_id}, which it does not list`,
      );
    }
    picture.boxes.push({ class: label, box: bbox, ignored: Boolean(iscrowd) });
  }
  return [...pictures.values()];
}
