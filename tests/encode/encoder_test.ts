import assert from "node:assert/strict";
import { NalType, nalType, splitNalUnits } from "../../src/deliver/h264.ts";
import { type EncodedPicture, Encoder, EncoderError } from "../../src/encode/encoder.ts";
import { encoderArguments } from "../../src/encode/encoder_arguments.ts";
import { blankI420 } from "../../src/frame/i420.ts";
import { type MaskedPicture, maskPicture } from "../../src/mask/masked_picture.ts";
import { MaskPainter } from "../../src/mask/painter.ts";
import { DEFAULT_MASK } from "../../src/config/mask_schema.ts";
import { ffmpeg, join, noise } from "../frame/streams.ts";
import { until } from "../wait.ts";

const PAINTER = new MaskPainter(DEFAULT_MASK);
const WIDTH = 64, HEIGHT = 48;
const OPTIONS = {
  width: WIDTH,
  height: HEIGHT,
  sampleAspect: [0, 0],
  threads: 1,
  fps: 30,
} as const;

interface Run {
  encoder: Encoder;
  pictures: EncodedPicture[];
  failures: EncoderError[];
  /** Settles with the first failure. */
  failed: Promise<EncoderError>;
}

function start(sampleAspect: [number, number] = [0, 0]): Run {
  const pictures: EncodedPicture[] = [], failures: EncoderError[] = [];
  const { promise, resolve } = Promise.withResolvers<EncoderError>();
  const encoder = new Encoder(
    { ...OPTIONS, sampleAspect },
    (picture) => pictures.push(picture),
    (error) => {
      failures.push(error);
      resolve(error);
    },
  );
  return { encoder, pictures, failures, failed: promise };
}

/** A picture whose brightness tells its number. */
function numbered(n: number, width = WIDTH, height = HEIGHT): MaskedPicture {
  const picture = blankI420(width, height);
  picture.y.fill(20 + n * 6);
  return maskPicture(picture, [], PAINTER);
}

async function encodeAll(times: readonly number[]): Promise<EncodedPicture[]> {
  const { encoder, pictures, failures } = start();
  for (const [n, timeUs] of times.entries()) await encoder.encode(numbered(n % 35), timeUs);
  await encoder.finish();
  assert.deepEqual(failures, []);
  return pictures;
}

function steady(count: number, fps: number, startUs = 0): number[] {
  return Array.from({ length: count }, (_, i) => startUs + Math.round(i * 1e6 / fps));
}

/** Whether two lists of times agree to one tick of the encoder's 90 kHz clock. */
function assertSameTimes(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((time, i) => {
    assert.ok(Math.abs(time - expected[i]) <= 12, `${i}: ${time}, expected ${expected[i]}`);
  });
}

Deno.test("encoderArguments ask for low-latency constrained baseline on the input's own clock", () => {
  assert.deepEqual(
    encoderArguments({ threads: 2, fps: 25 }),
    ("-hide_banner -loglevel warning -probesize 32 -analyzeduration 0 -f matroska -i pipe:0 " +
      "-c:v libx264 -preset superfast -tune zerolatency -profile:v baseline -pix_fmt yuv420p " +
      "-threads 2 -crf 23 -maxrate 6M -bufsize 3M -x264-params fps=25 -bf 0 -g 600 " +
      "-force_key_frames expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+0.99)) " +
      "-copyts -fps_mode passthrough -enc_time_base 1/90000 -bsf:v dump_extra=freq=keyframe " +
      "-f nut -write_index 0 -flush_packets 1 pipe:1").split(" "),
  );
});

Deno.test("Encoder gives 30 pictures for 30, in order, with their times and contents", async () => {
  const times = steady(30, 30, 5_000_000);
  const pictures = await encodeAll(times);
  assertSameTimes(pictures.map((each) => each.timeUs), times);

  const raw = await ffmpeg(
    ["-f", "h264", "-i", "pipe:0", "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"],
    join(pictures.map((each) => each.data)),
  );
  const size = WIDTH * HEIGHT * 3 / 2;
  assert.equal(raw.length, 30 * size);
  for (let n = 0; n < 30; n++) {
    const luma = raw[n * size + WIDTH * 20 + 20];
    assert.ok(Math.abs(luma - (20 + n * 6)) <= 3, `picture ${n} has luma ${luma}`);
  }
});

Deno.test("Encoder's keyframes are Annex B with SPS and PPS in front, in constrained baseline", async () => {
  const pictures = await encodeAll(steady(45, 30));
  const keys = pictures.filter((each) => each.key);
  assert.equal(keys.length, 2);
  assert.ok(pictures[0].key);
  for (const { data } of keys) {
    assert.match([...data.slice(0, 4)].join(" "), /^0 0 (1 |0 1$)/);
    const types = splitNalUnits(data).map(nalType);
    const [sps, pps, idr] = [NalType.sps, NalType.pps, NalType.idrSlice].map((type) =>
      types.indexOf(type)
    );
    assert.ok(sps >= 0 && sps < pps && pps < idr, types.join());
    const [, profile, constraints] = splitNalUnits(data)[sps];
    assert.equal(profile, 66);
    assert.ok(constraints & 0x40, "constraint_set1_flag is not set");
  }
  for (const { key, data } of pictures) {
    const types = splitNalUnits(data).map(nalType);
    assert.equal(types.includes(NalType.idrSlice), key);
  }
});

for (const fps of [30, 25, 7]) {
  Deno.test(`Encoder makes a keyframe every second of stream time at ${fps} fps`, async () => {
    const times = steady(fps * 3 + 1, fps);
    const pictures = await encodeAll(times);
    const keys = pictures.flatMap((each, i) => each.key ? [i] : []);
    assert.deepEqual(keys, [0, fps, 2 * fps, 3 * fps]);
  });
}

Deno.test("Encoder keeps a variable rate's times and its keyframe a second", async () => {
  const times = [0, 10_000, 400_000, 410_000, 950_000, 1_100_000, 1_133_333, 1_900_000, 2_500_000];
  const pictures = await encodeAll(times);
  assertSameTimes(pictures.map((each) => each.timeUs), times);
  const keys = pictures.flatMap((each) => each.key ? [Math.round(each.timeUs / 1000)] : []);
  assert.deepEqual(keys, [0, 1100, 2500]);
});

Deno.test("Encoder holds no picture back: each comes out before the next goes in", async () => {
  const pictures: EncodedPicture[] = [];
  let arrived = Promise.withResolvers<void>();
  const encoder = new Encoder(
    { ...OPTIONS, sampleAspect: [0, 0] },
    (picture) => {
      pictures.push(picture);
      arrived.resolve();
    },
    arrived.reject,
  );
  for (let n = 0; n < 5; n++) {
    arrived = Promise.withResolvers();
    await encoder.encode(numbered(n), n * 33_333);
    // Waits for ever if the encoder wants another picture first.
    await arrived.promise;
    assert.equal(pictures.length, n + 1);
  }
  await encoder.finish();
  assert.equal(pictures.length, 5);
});

Deno.test("Encoder takes any content and hands on the pixel aspect", async () => {
  const { encoder, pictures } = start([16, 11]);
  const bytes = noise(WIDTH * HEIGHT * 3 / 2);
  const luma = WIDTH * HEIGHT;
  const picture = blankI420(WIDTH, HEIGHT);
  picture.y.set(bytes.subarray(0, luma));
  picture.u.set(bytes.subarray(luma, luma * 5 / 4));
  picture.v.set(bytes.subarray(luma * 5 / 4));
  await encoder.encode(maskPicture(picture, [], PAINTER), 0);
  await encoder.finish();
  const file = await Deno.makeTempFile({ suffix: ".h264" });
  await Deno.writeFile(file, pictures[0].data);
  const { stdout } = await new Deno.Command("ffprobe", {
    args: [
      ...["-v", "error", "-show_entries", "stream=sample_aspect_ratio,width,height,has_b_frames"],
      ...["-of", "default=nw=1:nk=1", file],
    ],
  }).output();
  await Deno.remove(file);
  assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), ["64", "48", "0", "16:11"]);
});

Deno.test("Encoder refuses a picture of another size and goes on with the right ones", async () => {
  const { encoder, pictures } = start();
  await assert.rejects(encoder.encode(numbered(1, 32, 48), 0), {
    name: "EncoderError",
    message: "A 32x48 picture for a 64x48 encoder",
  });
  await encoder.encode(numbered(1), 0);
  await encoder.finish();
  assert.equal(pictures.length, 1);
});

Deno.test("Encoder reports a process that was killed, once, and refuses pictures from then on", async () => {
  const { encoder, failures, failed } = start();
  await encoder.encode(numbered(0), 0);
  Deno.kill(encoder.pid, "SIGKILL");
  assert.ok(await failed instanceof EncoderError);
  await assert.rejects(encoder.encode(numbered(1), 33_333), EncoderError);
  await assert.rejects(encoder.encode(numbered(2), 66_667), EncoderError);
  await encoder.finish();
  await encoder.kill();
  assert.equal(failures.length, 1);
});

Deno.test("Encoder that is ended on purpose reports no failure and leaves no process", async () => {
  for (const way of ["finish", "kill"] as const) {
    const { encoder, failures } = start();
    await encoder.encode(numbered(0), 0);
    await encoder[way]();
    assert.throws(() => Deno.kill(encoder.pid, "SIGCONT"), Deno.errors.NotFound, way);
    assert.deepEqual(failures, []);
  }
});

Deno.test("Encoder may be finished without having had a picture", async () => {
  const { encoder, pictures, failures } = start();
  await encoder.finish();
  assert.deepEqual([pictures, failures], [[], []]);
});

Deno.test("Encoder still shows the picture after four seconds: rate control knows the rate", async () => {
  const width = 640, height = 360, frames = 120;
  const pictures: EncodedPicture[] = [];
  const options = { width, height, sampleAspect: [1, 1], threads: 1, fps: 30 } as const;
  const encoder = new Encoder(
    { ...options, sampleAspect: [1, 1] },
    (each) => pictures.push(each),
    () => {},
  );
  const picture = blankI420(width, height);
  for (const [n, timeUs] of steady(frames, 30).entries()) {
    // Moving blocks of noise need bits in every picture.
    for (let i = 0; i < picture.y.length; i++) {
      const x = (i % width) + n * 3, y = Math.floor(i / width);
      picture.y[i] = 40 + ((x >> 3) * 73 + (y >> 3) * 151 + ((x * y) >> 4)) % 180;
    }
    await encoder.encode(maskPicture(picture, [], PAINTER), timeUs);
  }
  await encoder.finish();
  const raw = await ffmpeg(
    ["-f", "h264", "-i", "pipe:0", "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"],
    join(pictures.map(({ data }) => data)),
  );
  const last = raw.subarray(raw.length - width * height * 3 / 2).subarray(0, width * height);
  const wrong = last.reduce((sum, value, i) => sum + Math.abs(value - picture.y[i]), 0);
  assert.ok(wrong / last.length < 10, `off by ${wrong / last.length} levels on average`);
});

Deno.test({
  name: "the encoder keeps nothing of the pictures that have gone by",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { encoder, pictures, failures } = start();
    /** Its memory once it has done all that it was given. */
    const heldKb = async (given: number) => {
      await until("all pictures are encoded", () => pictures.length, (count) => count === given);
      const status = Deno.readTextFileSync(`/proc/${encoder.pid}/status`);
      return Number(/RssAnon:\s+(\d+)/.exec(status)![1]);
    };
    let before = 0;
    for (let n = 0; n < 5000; n++) {
      if (n === 1000) before = await heldKb(n);
      await encoder.encode(numbered(n % 35), n * 33_333);
    }
    const grown = await heldKb(5000) - before;
    await encoder.kill();
    assert.deepEqual(failures, []);
    // A reader that keeps an index, as NUT's, is 700 kB larger by now.
    assert.ok(grown < 300, `${grown} kB more`);
  },
});
