import assert from "node:assert/strict";
import { readVocXml } from "../../src/evaluate/detector/voc.ts";
import { bokashi } from "../e2e/service.ts";
import { ffmpeg } from "../frame/streams.ts";
import { withFolder } from "../source/clips.ts";

const DEMO = new URL("../../scripts/demo/demo.mp4", import.meta.url).pathname;

async function size(file: string): Promise<[number, number]> {
  const ppm = await ffmpeg(["-i", `file:${file}`, "-f", "image2pipe", "-c:v", "ppm", "pipe:1"]);
  const [, width, height] = new TextDecoder("latin1").decode(ppm.slice(0, 20)).split(/\s+/);
  return [Number(width), Number(height)];
}

Deno.test("extract writes every N-th frame and its cars, labelled, for eval to read", async () => {
  await withFolder(async (folder) => {
    const clip = `${folder}/100% gate.mp4`;
    await ffmpeg(["-ss", "2", "-i", DEMO, "-frames:v", "31", "-y", clip]);
    const out = `${folder}/out`;
    const { code, stdout, stderr } = await bokashi([
      "extract",
      clip,
      "--every",
      "15",
      "--out",
      out,
    ]);
    assert.equal(code, 0, stderr);
    const names = [...Deno.readDirSync(`${out}/frames`)].map(({ name }) => name).sort();
    assert.deepEqual(
      names,
      ["000000", "000015", "000030"].flatMap((n) => [`100-gate-${n}.jpg`, `100-gate-${n}.xml`]),
    );
    const frame = readVocXml(Deno.readTextFileSync(`${out}/frames/100-gate-000015.xml`))!;
    assert.deepEqual([frame.filename, frame.width, frame.height], [
      "100-gate-000015.jpg",
      1280,
      720,
    ]);
    const classes = frame.boxes.map((box) => box.class);
    assert.ok(classes.includes("car") && classes.includes("plate"), classes.join());

    const cars = [...Deno.readDirSync(`${out}/cars`)].filter(({ name }) => name.endsWith(".jpg"));
    assert.match(stdout, new RegExp(`3 frames and ${cars.length} cars`));
    assert.ok(cars.length >= 3);
    let plates = 0;
    for (const { name } of cars) {
      const car = readVocXml(Deno.readTextFileSync(`${out}/cars/${name.replace("jpg", "xml")}`))!;
      assert.deepEqual(await size(`${out}/cars/${name}`), [car.width, car.height]);
      assert.ok(car.width >= 100);
      for (const { box: [x, y, w, h] } of car.boxes) {
        assert.ok(x >= 0 && y >= 0 && x + w <= car.width && y + h <= car.height, name);
      }
      plates += car.boxes.length - 1;
    }
    assert.ok(plates >= 3, `${plates}`);

    // What it found is what it would find again.
    const { stdout: json } = await bokashi(["eval", "--json", "--data", out]);
    const all = JSON.parse(json).results.find((result: { class: string; source: string }) =>
      result.class === "plate" && result.source === "frames"
    );
    assert.equal(all.recall, 1);
  });
});

Deno.test("extract asks for what it needs", async () => {
  const { code, stderr } = await bokashi(["extract", "demo", "--every", "10"]);
  assert.equal(code, 2);
  assert.match(stderr, /Give a video, --every N and --out DIR/);
});
