import assert from "node:assert/strict";
import { crc32, Flag, pushVarint } from "../../src/frame/nut_format.ts";
import { NutError, NutReader, type NutVideo } from "../../src/frame/nut_reader.ts";
import { nutFrameHeader, nutHeader } from "./nut_writer.ts";
import { PipeEndedError, PipeReader } from "../../src/frame/pipe_reader.ts";
import { chunked, ffmpeg, join, noise } from "./streams.ts";

interface Whole {
  video: NutVideo;
  times: number[];
  keys: boolean[];
  data: Uint8Array[];
  prefixed: number;
}

const NUT = ["-f", "nut", "-write_index", "0", "pipe:1"];
const RAW = ["-fps_mode", "passthrough", "-c:v", "rawvideo", "-pix_fmt", "yuv420p"];

async function readAll(bytes: Uint8Array, chunks = [65536]): Promise<Whole> {
  const nut = new NutReader(new PipeReader(chunked(bytes, chunks)));
  const whole: Whole = { video: await nut.open(), times: [], keys: [], data: [], prefixed: 0 };
  for (let packet = await nut.next(); packet; packet = await nut.next()) {
    const data = await nut.data(packet, new Uint8Array(packet.size));
    whole.times.push(packet.timeUs);
    whole.keys.push(packet.key);
    whole.data.push(data);
    if (packet.prefix.length) whole.prefixed++;
  }
  return whole;
}

function picture(filter: string): string[] {
  return ["-f", "lavfi", "-i", filter];
}

Deno.test("crc32 gives the known values of CRC-32/MPEG-2 without its start value", () => {
  const digits = new TextEncoder().encode("123456789");
  assert.equal(crc32(digits), 0x89a1897f);
  assert.equal(crc32(digits, 0xffffffff), 0x0376e6e7);
  assert.equal(crc32(digits.slice(4), crc32(digits.slice(0, 4))), crc32(digits));
});

Deno.test("pushVarint writes seven bits a byte, high part first, beyond 32 bits too", () => {
  const bytes = (value: number) => {
    const out: number[] = [];
    pushVarint(out, value);
    return out;
  };
  assert.deepEqual(bytes(0), [0]);
  assert.deepEqual(bytes(127), [127]);
  assert.deepEqual(bytes(128), [0x81, 0]);
  assert.deepEqual(bytes(2 ** 35 + 5), [0x81, 0x80, 0x80, 0x80, 0x80, 5]);
});

Deno.test("NutReader reads ffmpeg's raw video: size, count, times and every byte", async () => {
  const source = picture("testsrc2=size=96x64:rate=25:duration=1.2,format=yuv420p,setsar=4/3");
  const [nut, raw] = await Promise.all([
    ffmpeg([...source, ...RAW, ...NUT]),
    ffmpeg([...source, ...RAW, "-f", "rawvideo", "pipe:1"]),
  ]);
  const whole = await readAll(nut);
  assert.deepEqual(whole.video, { fourcc: "I420", width: 96, height: 64, sampleAspect: [4, 3] });
  assert.deepEqual(whole.times, Array.from({ length: 30 }, (_, i) => i * 40_000));
  assert.ok(whole.keys.every((key) => key));
  assert.deepEqual(join(whole.data), raw);
});

Deno.test("NutReader reads the same whatever the chunks of the pipe are", async () => {
  const nut = await ffmpeg([...picture("testsrc2=size=32x32:rate=10:duration=1"), ...RAW, ...NUT]);
  const whole = await readAll(nut);
  for (const chunks of [[1], [1, 2, 3, 5, 7, 11]]) {
    assert.deepEqual(await readAll(nut, chunks), whole);
  }
});

Deno.test("NutReader keeps the times of a source with a variable rate", async () => {
  // Frame 0, 1, 4, 9, 16, … of a 100 fps picture.
  const filter = "testsrc2=size=32x32:rate=100:duration=3,select='eq(floor(sqrt(n))^2,n)'";
  const { times } = await readAll(await ffmpeg([...picture(filter), ...RAW, ...NUT]));
  assert.deepEqual(times, Array.from({ length: 18 }, (_, i) => i * i * 10_000));
});

Deno.test("NutReader keeps times that start hours into a stream", async () => {
  const filter = "testsrc2=size=32x32:rate=30:duration=0.2,setpts=PTS+5*3600/TB";
  const args = [...picture(filter), "-copyts", ...RAW, "-enc_time_base", "1/90000", ...NUT];
  const { times } = await readAll(await ffmpeg(args));
  const start = 5 * 3600e6;
  assert.deepEqual(times, [0, 33333, 66667, 100000, 133333, 166667].map((at) => start + at));
});

/** NUT whose frames leave out `prefix`, which the main header names, as the format allows. */
function elidedNut(side: number, prefix: Uint8Array, pictures: readonly Uint8Array[]): Uint8Array {
  const plain = nutHeader({ width: side, height: side, sampleAspect: [0, 0] });
  const streamAt = plain.lastIndexOf(0x4e);
  // The main packet's payload without its checksum, and with the number of elided headers, 0, last.
  const main = [...plain.slice(25 + 9, streamAt - 5), 1, prefix.length, ...prefix];
  const sum = new DataView(new ArrayBuffer(4));
  sum.setUint32(0, crc32(Uint8Array.from(main)));
  const sumBytes = new Uint8Array(sum.buffer);
  const parts = [plain.slice(0, 25 + 8), Uint8Array.of(main.length + 4), Uint8Array.from(main)];
  parts.push(sumBytes.slice(), plain.slice(streamAt));
  pictures.forEach((data, i) => {
    const whole = nutFrameHeader(i * 40_000, data.length);
    // The sync point stays; the frame's header is written anew, with a header index.
    const sync = whole.slice(0, 9 + whole[8]);
    const head = [0];
    pushVarint(head, Flag.KEY | Flag.CODED_PTS | Flag.SIZE_MSB | Flag.HEADER_IDX | Flag.CHECKSUM);
    for (const value of [i * 40_000 + 128, data.length, 1]) pushVarint(head, value);
    sum.setUint32(0, crc32(Uint8Array.from(head)));
    const elided = data.length > 4096 ? 0 : prefix.length;
    parts.push(sync, Uint8Array.from(head), sumBytes.slice(), data.slice(elided));
  });
  return join(parts);
}

for (const side of [16, 64]) {
  Deno.test(`NutReader and ffmpeg agree on elided prefixes in ${side}x${side} pictures`, async () => {
    const prefix = Uint8Array.of(9, 8, 7);
    const pictures = [1, 2, 3].map((seed) =>
      join([prefix, noise(side * side * 3 / 2 - prefix.length, seed)])
    );
    const nut = elidedNut(side, prefix, pictures);
    // ffmpeg's own reader is the judge of what is written here.
    const raw = await ffmpeg(
      ["-f", "nut", "-i", "pipe:0", ...RAW, "-f", "rawvideo", "pipe:1"],
      nut,
    );
    assert.deepEqual(raw, join(pictures));
    const whole = await readAll(nut);
    assert.deepEqual(whole.data, pictures);
    // The format leaves prefixes out of small frames only.
    assert.equal(whole.prefixed, side === 16 ? 3 : 0);
    assert.deepEqual(whole.times, [0, 40_000, 80_000]);
  });
}

Deno.test("NutReader reads H.264 packets whole, large and small, and tells its keyframes", async () => {
  const source = picture("testsrc2=size=320x240:rate=30:duration=1");
  const x264 = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "10"];
  const nut = await ffmpeg([...source, ...x264, ...NUT]);
  const whole = await readAll(nut);
  assert.equal(whole.video.fourcc, "H264");
  const keys = whole.keys.flatMap((key, i) => key ? [i] : []);
  assert.deepEqual(keys, [0, 10, 20]);
  assert.ok(whole.data.some((data) => data.length > 4096));
  assert.ok(whole.data.some((data) => data.length < 4096));
  const copied = await ffmpeg(
    ["-f", "nut", "-i", "pipe:0", "-map", "0", "-c", "copy", "-f", "data", "pipe:1"],
    nut,
  );
  assert.deepEqual(join(whole.data), copied);
});

Deno.test("NutReader passes over packets that nobody wants", async () => {
  const nut = await ffmpeg([...picture("testsrc2=size=32x32:rate=10:duration=1"), ...RAW, ...NUT]);
  const reader = new NutReader(new PipeReader(chunked(nut, [777])));
  await reader.open();
  const times: number[] = [];
  for (let packet = await reader.next(); packet; packet = await reader.next()) {
    times.push(packet.timeUs);
    await reader.skip(packet);
  }
  assert.deepEqual(times, Array.from({ length: 10 }, (_, i) => i * 100_000));
});

Deno.test("NutReader refuses bytes that are not NUT", async () => {
  await assert.rejects(readAll(noise(5000)), NutError);
  await assert.rejects(readAll(new TextEncoder().encode("nut/multimedia contraption")), NutError);
});

Deno.test("NutReader refuses damaged headers and unknown frames", async () => {
  const header = nutHeader({ width: 4, height: 2, sampleAspect: [0, 0] });
  // The number of streams, right after the version.
  const threeStreams = header.slice();
  threeStreams[25 + 8 + 1 + 1] = 3;
  await assert.rejects(readAll(threeStreams), { name: "NutError", message: /3 streams/ });
  const invalid = join([header, Uint8Array.of(0, 0x80 | 64, 0)]);
  await assert.rejects(readAll(invalid), { name: "NutError", message: /Unexpected NUT frame/ });
  const onlyMain = header.slice(0, header.lastIndexOf(0x4e));
  await assert.rejects(readAll(join([onlyMain, Uint8Array.of(0, 0)])), {
    name: "NutError",
    message: /without a video header/,
  });
});

Deno.test("NutReader refuses a stream that is sound, not pictures", async () => {
  const source = picture("sine=duration=0.1");
  const bytes = await ffmpeg([...source, "-c:a", "pcm_s16le", ...NUT]);
  await assert.rejects(readAll(bytes), { name: "NutError", message: /not video/ });
});

Deno.test("NutReader reports a stream that ends inside a header or a picture", async () => {
  const nut = await ffmpeg([...picture("testsrc2=size=32x32:rate=10:duration=1"), ...RAW, ...NUT]);
  await assert.rejects(readAll(nut.slice(0, 40)), PipeEndedError);
  await assert.rejects(readAll(nut.slice(0, nut.length - 100)), PipeEndedError);
});

Deno.test("ffmpeg reads what NutWriter writes: same bytes, times and aspect", async () => {
  const times = [0, 33_333, 40_000, 1_000_000, 1_000_001, 7_200_000_000, 7_200_033_333];
  const pictures = times.map((_, i) => noise(48 * 32 * 3 / 2, i + 1));
  const written = join([
    nutHeader({ width: 48, height: 32, sampleAspect: [16, 11] }),
    ...pictures.flatMap((data, i) => [nutFrameHeader(times[i], data.length), data]),
  ]);
  const back = await ffmpeg(
    ["-copyts", "-f", "nut", "-i", "pipe:0", ...RAW, "-enc_time_base", "1/1000000", ...NUT],
    written,
  );
  const whole = await readAll(back);
  assert.deepEqual(whole.video, { fourcc: "I420", width: 48, height: 32, sampleAspect: [16, 11] });
  assert.deepEqual(whole.times, times);
  assert.deepEqual(whole.data, pictures);
});

Deno.test("ffmpeg finds no fault in what NutWriter writes, checksums included", async () => {
  const data = noise(16 * 16 * 3 / 2);
  const written = join([
    nutHeader({ width: 16, height: 16, sampleAspect: [0, 0] }),
    ...[0, 1, 2].flatMap((i) => [nutFrameHeader(i * 50_000, data.length), data]),
  ]);
  const args = ["-err_detect", "crccheck+explode", "-xerror", "-f", "nut", "-i", "pipe:0"];
  const raw = await ffmpeg([...args, ...RAW, "-f", "rawvideo", "pipe:1"], written);
  assert.deepEqual(raw, join([data, data, data]));
});

Deno.test("NutReader reads what NutWriter writes", async () => {
  const data = noise(8 * 4 * 3 / 2);
  const times = [5, 6, 1_000_000, 90_000_000_000];
  const written = join([
    nutHeader({ width: 8, height: 4, sampleAspect: [0, 0] }),
    ...times.flatMap((timeUs) => [nutFrameHeader(timeUs, data.length), data]),
  ]);
  const whole = await readAll(written, [13]);
  assert.deepEqual(whole.times, times);
  assert.deepEqual(whole.data, times.map(() => data));
  assert.deepEqual(whole.video.sampleAspect, [0, 0]);
});

Deno.test("NutReader tells sound from pictures, each with its own times", async () => {
  const bytes = await ffmpeg([
    ...picture("testsrc2=size=32x32:rate=10:duration=1"),
    ...["-f", "lavfi", "-i", "sine=duration=1:sample_rate=48000", "-c:a", "aac"],
    ...[...RAW, ...NUT],
  ]);
  const nut = new NutReader(new PipeReader(chunked(bytes, [4096])));
  await nut.open();
  assert.equal(nut.hasAudio, true);
  const times: Record<string, number[]> = { video: [], audio: [] };
  for (let packet = await nut.next(); packet; packet = await nut.next()) {
    times[packet.kind].push(packet.timeUs);
    if (packet.kind === "video") assert.equal(packet.size, 32 * 32 * 3 / 2);
    await nut.skip(packet);
  }
  // ffmpeg moves both so that the sound's lead-in of one packet is not before zero.
  const [start] = times.video;
  assert.deepEqual(
    times.video.map((time) => Math.round((time - start) / 1000)),
    Array.from({ length: 10 }, (_, i) => i * 100),
  );
  const [, second, third] = times.audio;
  assert.ok(Math.abs(third - second - 21_333) < 2, `${third - second} us`);
  assert.ok(times.audio.length >= 47, `${times.audio.length} packets`);
});
