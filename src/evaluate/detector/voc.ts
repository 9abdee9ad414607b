import { UsageError } from "../../config/errors.ts";
import type { LabelBox, LabelledPicture } from "./labels.ts";

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** One picture as labelImg describes it. */
export interface VocPicture {
  filename: string;
  width: number;
  height: number;
  boxes: LabelBox[];
}

/**
 * Reads Pascal VOC XML as labelImg writes it; null if it is some other XML.
 *
 * Corners are taken as labelImg gives them: the first and the one past the last pixel.
 */
export function readVocXml(xml: string): VocPicture | null {
  const annotation = element(xml, "annotation");
  if (annotation === null) return null;
  const size = element(annotation, "size") ?? "";
  const boxes = [...annotation.matchAll(/<object>([\s\S]*?)<\/object>/g)].map(([, object]) => {
    const corners = element(object, "bndbox") ?? "";
    const [left, top, right, bottom] = ["xmin", "ymin", "xmax", "ymax"]
      .map((name) => Number(element(corners, name)));
    return {
      class: text(object, "name"),
      box: [left, top, right - left, bottom - top] as LabelBox["box"],
      ignored: text(object, "difficult") === "1",
    };
  });
  return {
    filename: text(annotation, "filename"),
    width: Number(text(size, "width")),
    height: Number(text(size, "height")),
    boxes,
  };
}

function element(xml: string, name: string): string | null {
  return new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`).exec(xml)?.[1] ?? null;
}

function text(xml: string, name: string): string {
  return (element(xml, name) ?? "").trim()
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, entity) => ENTITIES[entity]);
}

/** Pascal VOC XML of one picture, as labelImg reads it. */
export function writeVocXml({ filename, width, height, boxes }: VocPicture): string {
  const safe = (words: string) =>
    words.replace(
      /[&<>"']/g,
      (sign) => `&${Object.entries(ENTITIES).find(([, known]) => known === sign)![0]};`,
    );
  const objects = boxes.map(({ class: label, box: [x, y, w, h], ignored }) => {
    const corners = { xmin: x, ymin: y, xmax: x + w, ymax: y + h };
    const box = Object.entries(corners)
      .map(([name, value]) => `      <${name}>${Math.round(value)}</${name}>\n`).join("");
    return `  <object>\n    <name>${safe(label)}</name>\n    <pose>Unspecified</pose>\n` +
      `    <truncated>0</truncated>\n    <difficult>${ignored ? 1 : 0}</difficult>\n` +
      `    <bndbox>\n${box}    </bndbox>\n  </object>\n`;
  });
  return `<annotation>\n  <filename>${safe(filename)}</filename>\n` +
    `  <size>\n    <width>${width}</width>\n    <height>${height}</height>\n` +
    `    <depth>3</depth>\n  </size>\n  <segmented>0</segmented>\n${
      objects.join("")
    }</annotation>\n`;
}

/**
 * Reads a folder of labelImg's XML files. Their pictures lie beside them, or in `images/` or
 * `JPEGImages/` next to their folder. A class counts as looked for on every picture of the folder
 * if it occurs on one of them.
 *
 * @param source What the pictures are to be counted under.
 * @throws {UsageError} if a file is damaged or its picture is missing.
 */
export async function readVoc(folder: string, source: string): Promise<LabelledPicture[]> {
  const pictures: LabelledPicture[] = [];
  const labelled = new Set<string>();
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
    .filter((name) => /\.xml$/i.test(name)).sort();
  for (const name of names) {
    const path = `${folder}/${name}`;
    const voc = readVocXml(await Deno.readTextFile(path));
    if (!voc) continue;
    const { filename, width, height, boxes } = voc;
    if (![width, height, ...boxes.flatMap(({ box }) => box)].every(Number.isFinite)) {
      throw new UsageError(`'${path}' has a size or a box without numbers`);
    }
    // labelImg may note the whole path of the machine it ran on.
    const base = filename.split(/[/\\]/).at(-1)!;
    const places = ["", "../images/", "../JPEGImages/"].map((way) => `${folder}/${way}${base}`);
    const file = await firstFile(places);
    if (file === null) throw new UsageError(`'${path}' names '${base}', which is not beside it`);
    for (const { class: label } of boxes) labelled.add(label);
    pictures.push({ file, source, width, height, labelled, boxes });
  }
  return pictures;
}

async function firstFile(places: readonly string[]): Promise<string | null> {
  for (const place of places) {
    if (await Deno.stat(place).then((info) => info.isFile, () => false)) return place;
  }
  return null;
}
