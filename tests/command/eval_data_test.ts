import assert from "node:assert/strict";
import { writeVocXml } from "../../src/evaluate/detector/voc.ts";
import { bokashi } from "../e2e/service.ts";
import { ffmpeg } from "../frame/streams.ts";
import { withFolder } from "../source/clips.ts";

const DEMO = new URL("../../scripts/demo/", import.meta.url).pathname;
const FRAMES = [60, 75];

type Box = [number, number, number, number];

/** Frames of the demo as `images/NAME.png`, and their plates that can be seen well. */
async function demoPictures(folder: string): Promise<{ name: string; plates: Box[] }[]> {
  await Deno.mkdir(`${folder}/images`, { recursive: true });
  const truth = JSON.parse(await Deno.readTextFile(`${DEMO}demo.truth.json`));
  return await Promise.all(FRAMES.map(async (frame) => {
    const name = `frame${frame}.png`;
    const vf = `select=eq(n\\,${frame})`;
    await ffmpeg([
      ...["-i", `${DEMO}demo.mp4`, "-vf", vf, "-frames:v", "1", "-y"],
      `${folder}/images/${name}`,
    ]);
    const plates = truth.frames[frame].plates.filter((
      plate: { width: number; visibility: number },
    ) => plate.width > 40 && plate.visibility > 0.9).map(({ box }: { box: Box }) => box);
    return { name, plates };
  }));
}

/** A COCO-style folder of the demo's frames; only plates are labelled. */
async function cocoFolder(folder: string): Promise<number> {
  const pictures = await demoPictures(folder);
  const annotations = pictures.flatMap(({ plates }, i) =>
    plates.map((bbox) => ({ image_id: i, category_id: 2, bbox }))
  );
  await Deno.writeTextFile(
    `${folder}/annotations.json`,
    JSON.stringify({
      categories: [{ id: 1, name: "car" }, { id: 2, name: "plate" }],
      images: pictures.map(({ name }, id) => ({
        id,
        file_name: name,
        width: 1280,
        height: 720,
        labeled: ["plate"],
      })),
      annotations,
    }),
  );
  return annotations.length;
}

async function evalJson(...args: string[]) {
  const { code, stdout, stderr } = await bokashi(["eval", "--provider", "cpu", "--json", ...args]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

Deno.test("eval --data measures COCO-style folders and writes a report that loads nothing", async () => {
  await withFolder(async (root) => {
    const boxes = await cocoFolder(`${root}/demo`);
    assert.ok(boxes >= 4);
    const figures = await evalJson("--data", root, "--report", `${root}/report.html`);
    assert.deepEqual([figures.split, figures.pictures], [null, 2]);
    // Cars are not labelled: there is nothing to be said of them.
    const named = figures.results.map((result: { class: string; source: string; iou: number }) =>
      `${result.class} ${result.source} ${result.iou}`
    );
    assert.deepEqual(named, [
      "plate demo 0.4",
      "plate all 0.4",
      "plate demo 0.5",
      "plate all 0.5",
    ]);
    const [{ recall, ap, bySourceWidth }] = figures.results;
    assert.equal(figures.results[0].boxes, boxes);
    assert.ok(recall >= 0.75 && ap > 0.5, JSON.stringify(figures));
    assert.ok(bySourceWidth.every(({ fromPx }: { fromPx: number }) => fromPx >= 24));
    assert.ok(figures.inferenceMs.p50 > 0);

    const html = await Deno.readTextFile(`${root}/report.html`);
    assert.match(html, /<svg[\s\S]*<path d="M\d+ \d+/);
    assert.deepEqual(html.match(/(?:src|href)="(?!data:)[^"]*"/g), null);
    // The far plates that the labels leave out are false alarms here, and shown.
    assert.match(html, /<img src="data:image\/jpeg;base64,\/9j\//);
  });
});

Deno.test("eval --data takes the split it is told and says which there are", async () => {
  await withFolder(async (root) => {
    await cocoFolder(`${root}/demo`);
    const split = (frames: number[]) => frames.map((frame) => `demo/images/frame${frame}.png`);
    const splits = { note: "x", val: split(FRAMES), one: split(FRAMES.slice(1)) };
    await Deno.writeTextFile(`${root}/splits.json`, JSON.stringify(splits));
    assert.equal((await evalJson("--data", root, "--split", "one")).pictures, 1);
    const { code, stderr } = await bokashi(["eval", "--data", root, "--split", "two"]);
    assert.equal(code, 2);
    assert.match(stderr, /There is no split 'two': use one of val, one/);
  });
});

Deno.test("eval --data measures in the passes it is told, and says which", async () => {
  await withFolder(async (root) => {
    await cocoFolder(`${root}/demo`);
    const figures = await evalJson("--data", root, "--passes", "detail");
    assert.match(figures.detector, /passes detail$/);
    assert.ok(figures.results[0].recall >= 0.75, JSON.stringify(figures));
  });
});

Deno.test("eval --data reads labelImg's XML; a picture it cannot read ends with 1", async () => {
  await withFolder(async (root) => {
    const pictures = await demoPictures(root);
    await Deno.mkdir(`${root}/xml`);
    for (const { name, plates } of pictures) {
      const boxes = plates.map((box) => ({ class: "plate", box, ignored: false }));
      const xml = writeVocXml({ filename: name, width: 1280, height: 720, boxes });
      await Deno.writeTextFile(`${root}/xml/${name}.xml`, xml);
    }
    const { results } = await evalJson("--data", root);
    assert.ok(results[0].recall >= 0.75, JSON.stringify(results[0]));
    assert.equal(results[0].source, "xml");

    await Deno.writeTextFile(`${root}/images/${pictures[0].name}`, "damaged");
    const { code, stdout, stderr } = await bokashi(["eval", "--json", "--data", root]);
    assert.equal(code, 1);
    assert.match(stderr, /Cannot use '.*frame60\.png': it is not a picture ffmpeg can read/);
    assert.equal(JSON.parse(stdout).pictures, 1);
  });
});
