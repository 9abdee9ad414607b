import { UsageError } from "../config/errors.ts";
import { oneOf, parseFlags, wholeNumber } from "../config/flags.ts";
import { PROVIDERS } from "../config/schema.ts";
import type { LabelBox } from "../evaluate/detector/labels.ts";
import { writeVocXml } from "../evaluate/detector/voc.ts";
import { cropPicture, extractFrames } from "../evaluate/extract_frames.ts";
import { look, type Seen } from "../evaluate/look.ts";
import { findMedia } from "../evaluate/media_files.ts";
import { openDetector } from "./open_detector.ts";
import { makeFolder } from "./output_file.ts";
import { Progress } from "./progress.ts";

const FLAGS = {
  every: { type: "string" },
  out: { type: "string" },
  profile: { type: "string" },
  provider: { type: "string" },
} as const;

/** Smaller cars show no plate that is worth labelling, in pixels. */
const LEAST_CAR = 100;

/** Takes pictures out of videos, labelled by the detector. Gives the exit code. */
export async function extract(args: readonly string[]): Promise<number> {
  const { values, words } = parseFlags(args, FLAGS);
  const text = (name: keyof typeof FLAGS) => values[name] as string | undefined;
  const out = text("out");
  if (words.length === 0 || out === undefined || text("every") === undefined) {
    throw new UsageError("Give a video, --every N and --out DIR. See 'bokashi extract --help'");
  }
  const every = wholeNumber("every", text("every")!, 1, 1_000_000);
  const videos = await findMedia(words);
  for (const folder of ["frames", "cars"]) {
    await makeFolder(`${out}/${folder}`);
  }
  const open = await openDetector({
    provider: oneOf("provider", text("provider"), PROVIDERS) ?? "auto",
    profile: text("profile"),
    minScore: (card) => Math.min(...Object.values(card.recommendedScores)),
  });
  const progress = new Progress();
  let frames = 0, cars = 0, failed = 0;
  const fail = (file: string, { message }: Error) => {
    failed++;
    progress.clear();
    console.error(`bokashi: Cannot read '${file}': ${message}`);
  };
  try {
    for (const { file, name } of videos) {
      const base = name.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}_-]+/gu, "-");
      const files = await extractFrames(file, every, `${out}/frames`, base)
        .catch((error) => (fail(file, error), []));
      const pictures = files.map((file) => ({ file, kind: "picture", name: file } as const));
      for await (const seen of look(pictures, { ...open, schedule: "whole" })) {
        if ("error" in seen) {
          fail(seen.media.file, seen.error);
          continue;
        }
        const found = seen.found.filter(({ class: label, score }) =>
          score >= open.card.recommendedScores[label]
        );
        cars += await writeLabelled({ ...seen, found }, `${out}/cars`);
        progress.show(++frames, files.length, `frames of ${name}`);
      }
    }
  } finally {
    progress.clear();
    await open.close();
  }
  console.log(
    `${frames} frames and ${cars} cars in '${out}', with boxes to be corrected in labelImg`,
  );
  return failed > 0 ? 1 : 0;
}

/** Writes the frame's XML, and its larger cars as pictures of their own. Gives how many. */
async function writeLabelled({ media, width, height, found }: Seen, folder: string) {
  const boxes = found.map(({ class: label, box }): LabelBox => ({
    class: label,
    box,
    ignored: false,
  }));
  await writeXml(media.file, width, height, boxes);
  const base = media.file.split("/").at(-1)!.replace(/\.jpg$/, "");
  const cars = boxes.filter(({ class: label, box }) => label === "car" && box[2] >= LEAST_CAR);
  for (const [i, { box }] of cars.entries()) {
    const left = Math.floor(box[0]), top = Math.floor(box[1]);
    const right = Math.min(width, Math.ceil(box[0] + box[2]));
    const bottom = Math.min(height, Math.ceil(box[1] + box[3]));
    const to = `${folder}/${base}-car${i + 1}.jpg`;
    await cropPicture(media.file, [left, top, right - left, bottom - top], to);
    const inside = boxes.filter(({ class: label, box: [x, y, w, h] }) =>
      label === "plate" && x >= left && y >= top && x + w <= right && y + h <= bottom
    ).map((plate): LabelBox => {
      const [x, y, w, h] = plate.box;
      return { ...plate, box: [x - left, y - top, w, h] };
    });
    const whole: LabelBox = {
      class: "car",
      box: [0, 0, right - left, bottom - top],
      ignored: false,
    };
    await writeXml(to, right - left, bottom - top, [whole, ...inside]);
  }
  return cars.length;
}

async function writeXml(picture: string, width: number, height: number, boxes: LabelBox[]) {
  const filename = picture.split("/").at(-1)!;
  const xml = writeVocXml({ filename, width, height, boxes });
  await Deno.writeTextFile(picture.replace(/\.jpg$/, ".xml"), xml);
}
