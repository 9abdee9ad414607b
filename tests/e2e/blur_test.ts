/** `bokashi blur`, as its user types it, on short pieces of the demo clip. */
import assert from "node:assert/strict";
import { until } from "../wait.ts";
import { bokashi } from "./service.ts";
import { withFolder } from "../source/clips.ts";

const DEMO = new URL("../../scripts/demo/demo.mp4", import.meta.url).pathname;
const ENTRY = new URL("../../scripts/bokashi", import.meta.url).pathname;
/** A plate that stands still in the clip's first frames: left, top, width, height. */
const PLATE = [1122, 380, 56, 12];

async function run(command: string, args: string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return stdout;
}

async function ffmpeg(...args: string[]): Promise<Uint8Array> {
  return await run("ffmpeg", ["-v", "error", "-y", ...args]);
}

async function ffprobe(file: string, entries: string): Promise<string> {
  const args = ["-v", "error", "-show_entries", entries, "-of", "csv=p=0", file];
  return new TextDecoder().decode(await run("ffprobe", args)).trim();
}

async function times(file: string): Promise<number[]> {
  const args = ["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time"];
  const text = new TextDecoder().decode(await run("ffprobe", [...args, "-of", "csv=p=0", file]));
  return text.split("\n").filter((line) => /^[\d.]/.test(line)).map(parseFloat);
}

/** Luma of one frame, cut out at a rectangle. */
async function luma(file: string, [x, y, width, height]: number[], frame = 0): Promise<Uint8Array> {
  const filter = `select=eq(n\\,${frame}),format=gray,crop=${width}:${height}:${x}:${y}`;
  return await ffmpeg("-i", file, "-vf", filter, "-frames:v", "1", "-f", "rawvideo", "pipe:1");
}

/** Mean difference of neighbours in a row: characters have edges, a mask has few. */
function edges(pixels: Uint8Array, width: number): number {
  let sum = 0;
  for (let i = 1; i < pixels.length; i++) {
    if (i % width) sum += Math.abs(pixels[i] - pixels[i - 1]);
  }
  return sum / pixels.length;
}

function difference(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}

Deno.test("blur hides plates, keeps every frame's time and the sound, and forgets where it was", async () => {
  await withFolder(async (folder) => {
    const from = `${folder}/in.mp4`, to = `${folder}/out.mp4`, boxes = `${folder}/masks.jsonl`;
    // 25 frames of a rate that varies, with a tone and a place.
    await ffmpeg(
      ...["-i", DEMO, "-f", "lavfi", "-i", "sine=d=1", "-frames:v", "25"],
      ...["-vf", "setpts=(N*33+mod(N*N\\,7)*3)/1000/TB", "-fps_mode", "passthrough"],
      ...[
        "-enc_time_base",
        "1/1000",
        "-metadata",
        "location=+35.6+139.7/",
        "-metadata",
        "make=Acme",
      ],
      ...["-metadata", "creation_time=2026-01-01T00:00:00Z", "-preset", "ultrafast", from],
    );
    const { code, stderr } = await bokashi(
      ["blur", from, "--out", to, "--audio", "keep", "--boxes", boxes],
    );
    assert.equal(code, 0, stderr);
    const [before, after] = [await times(from), await times(to)];
    assert.equal(before.length, 25);
    assert.equal(after.length, 25);
    before.forEach((time, i) =>
      assert.ok(Math.abs(time - after[i]) < 0.001, `${time} ${after[i]}`)
    );
    assert.ok(new Set(after.slice(1).map((t, i) => Math.round((t - after[i]) * 1000))).size > 2);
    assert.equal(await ffprobe(to, "stream=codec_type"), "video\naudio");
    const tags = await ffprobe(to, "format_tags:stream_tags");
    assert.doesNotMatch(tags, /35\.6|Acme|2026-01/);
    for (const frame of [0, 12, 24]) {
      const bare = edges(await luma(from, PLATE, frame), PLATE[2]);
      const masked = edges(await luma(to, PLATE, frame), PLATE[2]);
      assert.ok(masked < bare / 3, `frame ${frame}: ${masked} of ${bare}`);
    }
    const lines = (await Deno.readTextFile(boxes)).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.deepEqual(Object.keys(lines[0]), [
      "frame",
      "timeMs",
      "class",
      "box",
      "score",
      "reason",
      "track",
    ]);
    assert.equal(new Set(lines.map(({ frame }) => frame)).size, 25);

    // What a person takes out of the audit is bare, the rest is masked as before.
    const again = `${folder}/again.mp4`, less = `${folder}/less.csv`, bare = `${folder}/bare.mp4`;
    assert.equal((await bokashi(["blur", from, "--out", again, "--boxes-in", boxes])).code, 0);
    const whole = [0, 0, 1280, 720];
    assert.ok(difference(await luma(to, whole, 12), await luma(again, whole, 12)) < 0.2);
    assert.equal(await ffprobe(again, "stream=codec_type"), "video");
    await Deno.writeTextFile(less, "frame,x,y,width,height\n3,0,0,64,64\n");
    assert.equal((await bokashi(["blur", from, "--out", bare, "--boxes-in", less])).code, 0);
    const open = edges(await luma(bare, PLATE, 3), PLATE[2]);
    assert.ok(open > edges(await luma(from, PLATE, 3), PLATE[2]) / 2);
  });
});

Deno.test("a damaged video is told of by the exit code: its result is not all of it", async () => {
  await withFolder(async (folder) => {
    const from = `${folder}/in.mp4`, boxes = `${folder}/none.csv`;
    const clip = ["-frames:v", "30", "-vf", "scale=320:-2", "-g", "5", "-movflags", "+faststart"];
    await ffmpeg("-i", DEMO, ...clip, from);
    await Deno.writeTextFile(boxes, "frame,x,y,width,height\n0,0,0,64,64\n");
    const blur = (out: string) =>
      bokashi(["blur", from, "--out", `${folder}/${out}`, "--boxes-in", boxes]);
    assert.equal((await blur("whole.mp4")).code, 0);
    await Deno.truncate(from, Math.round((await Deno.stat(from)).size * 0.6));
    const { code, stderr } = await blur("cut.mp4");
    assert.equal(code, 1);
    assert.match(stderr, /'.*in\.mp4' is damaged \(.*\): its result lacks what could not be read/);
    const left = (await times(`${folder}/cut.mp4`)).length;
    assert.ok(left > 0 && left < 30, `${left}`);
  });
});

Deno.test("boxes of a frame that a picture does not have are a mistake, after which it is skipped", async () => {
  await withFolder(async (folder) => {
    const from = `${folder}/in.png`, boxes = `${folder}/m.csv`;
    await ffmpeg("-i", DEMO, "-frames:v", "1", from);
    await Deno.writeTextFile(boxes, "frame,x,y,width,height\n1,0,0,64,64\n");
    const args = ["blur", from, "--out", `${folder}/out.png`, "--boxes-in", boxes];
    const { code, stderr } = await bokashi(args);
    assert.match(stderr, /Skipped '.*in\.png': the boxes are of frame 1/);
    assert.equal(code, 1);
    assert.equal(await Deno.stat(`${folder}/out.png`).catch(() => null), null);
  });
});

Deno.test("a turned video stays upright", async () => {
  await withFolder(async (folder) => {
    const flat = `${folder}/flat.mp4`, from = `${folder}/in.mov`, to = `${folder}/out.mov`;
    await ffmpeg("-i", DEMO, "-frames:v", "5", "-preset", "ultrafast", flat);
    await ffmpeg("-i", flat, "-c", "copy", "-metadata:s:v", "rotate=90", from);
    assert.equal((await bokashi(["blur", from, "--out", to])).code, 0);
    assert.equal(await ffprobe(to, "stream=width,height"), "720,1280");
    assert.equal(await ffprobe(to, "stream_side_data=rotation"), "");
    const upright = [0, 0, 720, 1280];
    assert.ok(difference(await luma(from, upright), await luma(to, upright)) < 6);
  });
});

Deno.test("an interrupted blur leaves nothing", async () => {
  await withFolder((source) =>
    withFolder(async (folder) => {
      // Minutes of work, so that it is under way still when it is interrupted.
      const long = `${source}/long.mp4`;
      await ffmpeg("-stream_loop", "19", "-i", DEMO, "-c", "copy", long);
      const child = new Deno.Command(ENTRY, {
        args: ["blur", long, "--out", `${folder}/out.mp4`, "--boxes", `${folder}/masks.csv`],
        stderr: "null",
      }).spawn();
      let code: number | undefined;
      child.status.then((status) => code = status.code);
      // It has begun when its part of a video has bytes.
      await until("a part of the video is there", async () => {
        assert.equal(code, undefined, "it ended before it was interrupted");
        for await (const { name } of Deno.readDir(folder)) {
          if (name.endsWith(".mp4") && (await Deno.stat(`${folder}/${name}`)).size > 0) return true;
        }
        return false;
      });
      child.kill("SIGINT");
      assert.equal((await child.status).code, 130);
      assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    })
  );
});

Deno.test("a folder is blurred whole; what cannot be is skipped, named, and told by the exit code", async () => {
  await withFolder(async (folder) => {
    const out = `${folder}/out`;
    await Deno.mkdir(`${folder}/in/deep`, { recursive: true });
    const png = `${folder}/in/deep/a.png`;
    await ffmpeg("-i", DEMO, "-frames:v", "1", png);
    await ffmpeg("-i", DEMO, "-frames:v", "1", "-q:v", "3", `${folder}/in/b.jpg`);
    await Deno.writeTextFile(`${folder}/in/broken.mp4`, "no video");
    const first = await bokashi([
      "blur",
      `${folder}/in`,
      "--out",
      out,
      "--boxes",
      `${folder}/m.jsonl`,
    ]);
    assert.equal(first.code, 1);
    assert.match(first.stderr, /Skipped '.*broken.mp4': .*\n/);
    assert.match(first.stderr, /2 of 3 files blurred/);
    assert.equal(await ffprobe(`${out}/b.jpg`, "stream=codec_name,pix_fmt"), "mjpeg,yuvj420p");
    assert.equal(await ffprobe(`${out}/deep/a.png`, "stream=codec_name,pix_fmt"), "png,rgb24");
    for (const name of ["b.jpg", "deep/a.png"]) {
      const bare = edges(await luma(`${folder}/in/${name}`, PLATE), PLATE[2]);
      assert.ok(edges(await luma(`${out}/${name}`, PLATE), PLATE[2]) < bare / 3, name);
    }
    // The sky holds no plate: in a lossless format not one pixel of it changes.
    const sky = [0, 0, 1280, 60];
    assert.deepEqual(await luma(`${out}/deep/a.png`, sky), await luma(png, sky));
    const files = (await Deno.readTextFile(`${folder}/m.jsonl`)).trim().split("\n")
      .map((line) => JSON.parse(line).file);
    assert.deepEqual([...new Set(files)], ["b.jpg", "deep/a.png"]);

    const second = await bokashi(["blur", png, "--out", `${out}/deep/a.png`]);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /is there already: give --overwrite/);
  });
});

for (
  const [what, args, message] of [
    ["no place for the result", [DEMO], /--out FILE or --out DIR/],
    ["its own input as the result", [DEMO, "--out", DEMO], /would overwrite/],
    ["a container that cannot be", [DEMO, "--out", "x.webm"], /must end in \.mp4.*'x\.webm'/],
    ["an audit of another kind", [DEMO, "--out", "x.mp4", "--boxes", "m.txt"], /\.jsonl or \.csv/],
    ["an unknown style", [DEMO, "--out", "x.mp4", "--style", "fog"], /--style must be one of/],
  ] as [string, string[], RegExp][]
) {
  Deno.test(`blur refuses ${what}, with exit code 2`, async () => {
    const { code, stderr } = await bokashi(["blur", ...args]);
    assert.match(stderr, message);
    assert.equal(code, 2);
  });
}
