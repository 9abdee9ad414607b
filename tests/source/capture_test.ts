import assert from "node:assert/strict";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import { parseAddress } from "../../src/source/address.ts";
import { Capture, captureArguments } from "../../src/source/capture.ts";
import { SourceError } from "../../src/source/source_error.ts";
import { ffmpeg } from "../frame/streams.ts";
import { clip, withFolder } from "./clips.ts";

const JOB = { transport: "tcp", pace: "job", decoderThreads: 1 } as const;

function open(path: string, layout: PackedLayout, pace: "job" | "live" = "job"): Capture {
  return new Capture(captureArguments(parseAddress(path), layout, { ...JOB, pace }), layout);
}

async function readAll(capture: Capture, layout: PackedLayout) {
  const times: number[] = [], pictures: Uint8Array[] = [];
  for (let picture = await capture.next(); picture; picture = await capture.next()) {
    const packed = await picture.read(new Uint8Array(layout.bytes));
    times.push(picture.timeUs);
    pictures.push(packed);
  }
  return { times, pictures };
}

function mean(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
}

/** Mean difference of two planes' bytes. */
function difference(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((sum, byte, i) => sum + Math.abs(byte - b[i]), 0) / a.length;
}

Deno.test("Capture gives every picture of a clip, its time, and null at the end", () =>
  withFolder(async (folder) => {
    const path = await clip(`${folder}/a.mp4`);
    const layout = new PackedLayout(320, 240, 128, 96);
    const capture = open(path, layout);
    assert.deepEqual(capture.sampleAspect, [0, 0]);
    const { times, pictures } = await readAll(capture, layout);
    assert.deepEqual(times, Array.from({ length: 25 }, (_, i) => i * 40_000));
    assert.equal(await capture.next(), null);
    assert.deepEqual(capture.sampleAspect, [1, 1]);
    assert.ok(capture.pid > 0);
    await capture.close();

    // The full frame is the decoded picture untouched, the small one ffmpeg's own scaling of it.
    const frame = layout.frame(pictures[7]);
    const raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"];
    const seventh = ["-i", path, "-vf", "select=eq(n\\,7)", "-frames:v", "1"];
    const whole = await ffmpeg([...seventh, ...raw]);
    assert.deepEqual(frame.y, whole.slice(0, 320 * 240));
    assert.deepEqual(frame.u, whole.slice(320 * 240, 320 * 240 * 5 / 4));
    assert.deepEqual(frame.v, whole.slice(320 * 240 * 5 / 4));
    const small = { y: new Uint8Array(128 * 96), uv: new Uint8Array(128 * 96 / 2) };
    layout.copySmall(pictures[7], small);
    seventh[3] += ",scale=128:96:flags=bilinear";
    const scaled = await ffmpeg([...seventh, ...raw]);
    assert.ok(difference(small.y, scaled.slice(0, 128 * 96)) < 1);
    assert.ok(difference(small.uv, scaled.slice(128 * 96)) < 1);
  }));

Deno.test("Capture keeps the times of a clip with a variable rate, and passes over pictures", () =>
  withFolder(async (folder) => {
    const source = "testsrc2=size=64x64:rate=50:duration=1,select='eq(floor(sqrt(n))^2,n)'";
    const path = await clip(`${folder}/a.mkv`, source, ["-fps_mode", "passthrough"]);
    const capture = open(path, new PackedLayout(64, 64, 32, 32));
    const times: number[] = [];
    for (let picture = await capture.next(); picture; picture = await capture.next()) {
      times.push(picture.timeUs);
      await picture.skip();
    }
    assert.deepEqual(times, [0, 1, 4, 9, 16, 25, 36, 49].map((n) => n * 20_000));
    await capture.close();
  }));

Deno.test("Capture fits a clip of odd size into a layout of even size", () =>
  withFolder(async (folder) => {
    const source = "color=white:size=321x241:rate=10:duration=0.5,format=yuv444p";
    const path = await clip(`${folder}/a.mkv`, source, ["-pix_fmt", "yuv444p"]);
    const layout = new PackedLayout(320, 240, 128, 96);
    const capture = open(path, layout);
    const { times, pictures } = await readAll(capture, layout);
    assert.equal(times.length, 5);
    // The picture fills the frame, but for a row that the scaler may have left to the padding.
    assert.ok(mean(layout.frame(pictures[0]).y) > 225);
    await capture.close();
  }));

Deno.test("Capture stands a clip upright that is stored lying", () =>
  withFolder(async (folder) => {
    // Left half black, right half white; turned, the halves lie above each other.
    const source = "color=black:size=128x64:rate=5:duration=0.4,drawbox=64:0:64:64:white:fill";
    const lying = await clip(`${folder}/lying.mp4`, source);
    const turned = `${folder}/turned.mp4`;
    await ffmpeg(["-i", lying, "-c", "copy", "-metadata:s:v", "rotate=90", turned]);
    const layout = new PackedLayout(64, 128, 32, 32);
    const capture = open(turned, layout);
    const { pictures } = await readAll(capture, layout);
    const { y } = layout.frame(pictures[0]);
    const halves = [mean(y.subarray(0, 64 * 60)), mean(y.subarray(64 * 68))];
    assert.ok(Math.abs(halves[0] - halves[1]) > 200, String(halves));
    await capture.close();
  }));

Deno.test("Capture keeps a wide pixel aspect", () =>
  withFolder(async (folder) => {
    const source = "testsrc2=size=72x64:rate=5:duration=0.4,setsar=16/11";
    const path = await clip(`${folder}/a.mp4`, source);
    const layout = new PackedLayout(72, 64, 64, 64);
    const capture = open(path, layout);
    await (await capture.next())!.skip();
    assert.deepEqual(capture.sampleAspect, [16, 11]);
    await capture.close();
  }));

Deno.test("Capture plays a live file over and over", () =>
  withFolder(async (folder) => {
    const path = await clip(`${folder}/a.mp4`, "testsrc2=size=64x64:rate=50:duration=0.1");
    const layout = new PackedLayout(64, 64, 32, 32);
    const capture = open(path, layout, "live");
    let last = -1;
    for (let i = 0; i < 12; i++) {
      const picture = await capture.next();
      assert.ok(picture && picture.timeUs > last);
      last = picture.timeUs;
      await picture.skip();
    }
    await capture.close();
  }));

Deno.test("Capture reports a decoder that was killed", () =>
  withFolder(async (folder) => {
    const path = await clip(`${folder}/a.mp4`);
    const layout = new PackedLayout(320, 240, 128, 96);
    const capture = open(path, layout, "live");
    await (await capture.next())!.skip();
    Deno.kill(capture.pid, "SIGKILL");
    await assert.rejects(readAll(capture, layout), SourceError);
    await capture.close();
  }));

Deno.test("Capture explains a source that cannot be opened", async () => {
  const capture = open("no/such.mp4", new PackedLayout(64, 64, 32, 32));
  await assert.rejects(capture.next(), { name: "SourceError", message: "no such file or device" });
  assert.ok(capture.lines.some((line) => line.includes("No such file")));
  await capture.close();
});

Deno.test("Capture refuses pictures of another size than its layout's", async () => {
  const args = [..."-v error -f lavfi -i testsrc2=size=64x64 -frames:v 3".split(" ")];
  args.push(..."-c:v rawvideo -pix_fmt yuv420p -f nut pipe:1".split(" "));
  const capture = new Capture(args, new PackedLayout(64, 64, 32, 32));
  await assert.rejects(capture.next(), {
    name: "SourceError",
    message: "a picture of 6144 bytes, 9216 expected",
  });
  await capture.close();
});

Deno.test("Capture gives up on a decoder that writes something else, and does not wait for it", async () => {
  // Without end: whoever waits for this one to finish waits for ever.
  const args = [..."-v error -f lavfi -i testsrc2=size=64x64 -f rawvideo pipe:1".split(" ")];
  const capture = new Capture(args, new PackedLayout(64, 64, 32, 32));
  await assert.rejects(capture.next(), SourceError);
  await capture.close();
});

Deno.test("Capture can be closed while a picture is waited for", async () => {
  const args = [..."-v error -re -f lavfi -i testsrc2=size=64x64:rate=1/60 -f nut".split(" ")];
  args.push("-c:v", "rawvideo", "pipe:1");
  const capture = new Capture(args, new PackedLayout(64, 64, 32, 32));
  const waiting = capture.next().then((picture) => assert.equal(picture, null), (error) => {
    assert.ok(error instanceof SourceError);
  });
  await capture.close();
  await waiting;
});

Deno.test("Capture hands over one picture of so many, with the time it had", () =>
  withFolder(async (folder) => {
    const path = await clip(`${folder}/a.mp4`);
    const layout = new PackedLayout(320, 240, 160, 128);
    const args = captureArguments(parseAddress(path), layout, { ...JOB, every: 6 });
    const { times } = await readAll(new Capture(args, layout), layout);
    // Of 25, at 25 a second.
    assert.deepEqual(times, [0, 240_000, 480_000, 720_000, 960_000]);
  }));
