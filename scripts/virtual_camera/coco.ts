/** A still picture whose plates are all labelled. */
export interface LabelledPicture {
  file: string;
  name: string;
  width: number;
  height: number;
  /** In pixels of the picture. */
  plates: { id: number; x: number; y: number; width: number; height: number }[];
}

interface Coco {
  images: { id: number; file_name: string; width: number; height: number; labeled?: string[] }[];
  annotations: { id: number; image_id: number; category_id: number; bbox: number[] }[];
  categories: { id: number; name: string }[];
}

/**
 * Reads a COCO-style folder: `annotations.json` and `images/`. Categories whose name holds `plate`
 * are plates; a picture whose `labeled` list lacks them is left out, as is one without any.
 */
export async function readCoco(folder: string): Promise<LabelledPicture[]> {
  const coco: Coco = JSON.parse(await Deno.readTextFile(`${folder}/annotations.json`));
  const isPlate = (name: string) => /plate/i.test(name);
  const categories = new Set(
    coco.categories.filter(({ name }) => isPlate(name)).map(({ id }) => id),
  );
  return coco.images.filter(({ labeled }) => !labeled || labeled.some(isPlate)).map((image) => ({
    file: `${folder}/images/${image.file_name}`,
    name: image.file_name,
    width: image.width,
    height: image.height,
    plates: coco.annotations
      .filter(({ image_id, category_id }) => image_id === image.id && categories.has(category_id))
      .map(({ id, bbox: [x, y, width, height] }) => ({ id, x, y, width, height })),
  })).filter(({ plates }) => plates.length > 0);
}
