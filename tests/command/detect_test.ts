import assert from "node:assert/strict";
import { iou } from "../../src/frame/rect.ts";
import { bokashi } from "../e2e/service.ts";
import { ffmpeg } from "../frame/streams.ts";
import { withFolder } from "../source/clips.ts";

const DEMO = new URL("../../scripts/demo/", import.meta.url).pathname;
const FRAME = 75;

interface Line {
  file: string;
  frame: number;
  width: number;
  height: number;
  detections: { class: string; score: number; box: [number, number, number, number] }[];
  inferenceMs: number;
}

type Box = [number, number, number, number];

/** Plates of the demo's frame that nobody can miss. */
function largePlates(): Box[] {
  const truth = JSON.parse(Deno.readTextFileSync(`${DEMO}demo.truth.json`));
  return truth.frames[FRAME].plates.filter((plate: { width: number; visibility: number }) =>
    plate.width > 40 && plate.visibility > 0.95
  ).map(({ box }: { box: Box }) => box);
}

async function cut(to: string, ...filters: string[]): Promise<string> {
  const vf = [`select=eq(n\\,${FRAME})`, ...filters].join(",");
  await ffmpeg(["-i", `${DEMO}demo.mp4`, "-vf", vf, "-frames:v", "1", "-y", to]);
  return to;
}

/** How well the best plate fits; 0 if none does. */
function fit(line: Line, [x, y, width, height]: Box): number {
  return Math.max(
    0,
    ...line.detections.filter((found) => found.class === "plate").map(({ box }) =>
      iou({ x: box[0], y: box[1], width: box[2], height: box[3] }, { x, y, width, height })
    ),
  );
}

async function detectJson(
  ...args: string[]
): Promise<{ code: number; lines: Line[]; stderr: string }> {
  const { code, stdout, stderr } = await bokashi([
    "detect",
    "--json",
    "--provider",
    "cpu",
    ...args,
  ]);
  return {
    code,
    stderr,
    lines: stdout.split("\n").filter(Boolean).map((text) => JSON.parse(text)),
  };
}

Deno.test("detect gives plates in the pixels of the picture, whatever its size and format", async () => {
  await withFolder(async (folder) => {
    const plates = largePlates();
    assert.ok(plates.length >= 2);
    // What is done to the picture is done to the truth.
    const cases: [string, string[], (box: Box) => Box][] = [
      ["as_it_is.png", [], (box) => box],
      ["grey.jpg", ["format=gray"], (box) => box],
      ["odd.webp", ["crop=1001:601:279:119:exact=1"], ([x, y, w, h]) => [x - 279, y - 119, w, h]],
      ["large.bmp", ["scale=2560:1440"], (box) => box.map((value) => value * 2) as Box],
      ["alpha.png", ["format=rgba,colorchannelmixer=aa=0.5"], (box) => box],
    ];
    for (const [name, filters] of cases) await cut(`${folder}/${name}`, ...filters);
    const { code, lines, stderr } = await detectJson("--min-score", "0.01", folder);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      lines.map(({ file }) => file),
      cases.map(([name]) => `${folder}/${name}`).sort(),
    );
    for (const [name, , moved] of cases) {
      const line = lines.find(({ file }) => file.endsWith(name))!;
      assert.deepEqual(Object.keys(line), [
        "file",
        "frame",
        "width",
        "height",
        "detections",
        "inferenceMs",
      ]);
      if (name === "odd.webp") assert.deepEqual([line.width, line.height], [1001, 601]);
      for (const plate of plates) assert.ok(fit(line, moved(plate)) > 0.6, `${name}: ${plate}`);
      for (const { score, box: [x, y, w, h] } of line.detections) {
        assert.ok(score >= 0.01 && x >= 0 && y >= 0, `${name}`);
        assert.ok(x + w <= line.width + 0.01 && y + h <= line.height + 0.01, `${name}`);
      }
    }
    // A floor of its own would have cut these off.
    assert.ok(lines[0].detections.some(({ score }) => score < 0.1));
  });
});

Deno.test("detect turns a picture upright as its EXIF says", async () => {
  await withFolder(async (folder) => {
    await cut(`${folder}/lying.jpg`, "transpose=cclock");
    const bytes = await Deno.readFile(`${folder}/lying.jpg`);
    // APP1 with one tag: orientation 6, to be turned a quarter clockwise.
    const exif = [..."Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"]
      .map((sign) => sign.charCodeAt(0));
    const marked = [...bytes.slice(0, 2), 0xff, 0xe1, 0, exif.length + 2, ...exif];
    await Deno.writeFile(`${folder}/lying.jpg`, Uint8Array.from([...marked, ...bytes.slice(2)]));
    const { lines: [line] } = await detectJson(`${folder}/lying.jpg`);
    assert.deepEqual([line.width, line.height], [1280, 720]);
    for (const plate of largePlates()) assert.ok(fit(line, plate) > 0.6, `${plate}`);
  });
});

Deno.test("detect says which files are bad, does the others and ends with 1", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.jpg`, "no picture");
    await Deno.writeTextFile(`${folder}/b.webm`, "no video");
    await Deno.rename(await cut(`${folder}/c.png`), `${folder}/c%03d.png`);
    const { code, lines, stderr } = await detectJson(folder);
    assert.equal(code, 1);
    assert.deepEqual(lines.map(({ file }) => file), [`${folder}/c%03d.png`]);
    assert.match(stderr, /Cannot read '.*a\.jpg': it is not a picture ffmpeg can read/);
    assert.match(stderr, /Cannot read '.*b\.webm': it is not a video ffmpeg can read/);
    assert.match(stderr, /2 of 3 files could not be read/);
  });
});

Deno.test("detect draws on a video, frame for frame, and writes a table", async () => {
  await withFolder(async (folder) => {
    const clip = `${folder}/clip.mov`;
    await ffmpeg(["-ss", "2.5", "-i", `${DEMO}demo.mp4`, "-frames:v", "6", "-y", clip]);
    const out = ["--out", `${folder}/out`, "--csv", `${folder}/found.csv`];
    const { code, lines, stderr } = await detectJson(...out, clip);
    assert.equal(code, 0, stderr);
    assert.deepEqual(lines.map(({ frame }) => frame), [0, 1, 2, 3, 4, 5]);
    const [head, ...rows] = (await Deno.readTextFile(`${folder}/found.csv`)).trim().split("\n");
    assert.equal(head, "file,frame,class,score,x,y,width,height");
    assert.equal(rows.length, lines.flatMap(({ detections }) => detections).length);
    assert.deepEqual((await detectJson(`${folder}/out/clip.mov.mp4`)).lines.length, 6);
    // A box's edge is drawn in a colour that the street has not got there.
    const [x, y, width] = lines[5].detections.find((found) => found.class === "plate")!.box;
    await ffmpeg([
      ...["-i", `${folder}/out/clip.mov.mp4`],
      ...["-vf", `select=eq(n\\,5),crop=2:2:${Math.round(x + width / 2)}:${Math.floor(y / 2) * 2}`],
      ...["-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-y", `${folder}/edge`],
    ]);
    const [red, green, blue] = await Deno.readFile(`${folder}/edge`);
    assert.ok(red > 180 && green > 180 && blue < 120, `${red} ${green} ${blue}`);
  });
});

Deno.test("detect looks at pictures and videos in tiles, and into cars", async () => {
  await withFolder(async (folder) => {
    const clip = `${folder}/clip.mp4`;
    await ffmpeg(["-ss", "2.5", "-i", `${DEMO}demo.mp4`, "-frames:v", "1", "-y", clip]);
    const picture = await cut(`${folder}/a.png`);
    for (const passes of ["tiles", "detail"]) {
      const { code, lines, stderr } = await detectJson("--passes", passes, picture, clip);
      assert.equal(code, 0, stderr);
      assert.equal(lines.length, 2);
      for (const line of lines) {
        assert.deepEqual([line.width, line.height], [1280, 720]);
        for (const plate of largePlates()) assert.ok(fit(line, plate) > 0.6, `${passes}: ${plate}`);
      }
    }
    const { code, stderr } = await detectJson("--passes", "all", picture);
    assert.equal(code, 2);
    assert.match(stderr, /passes.*whole, tiles, detail/);
  });
});
