import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { AccessUnit } from "../../../src/encode/access_unit.ts";
import { Feed } from "../../../src/deliver/feed.ts";
import { concat } from "../../../src/deliver/hls/boxes.ts";
import { type HlsOptions, HlsStream } from "../../../src/deliver/hls/stream.ts";
import { encodeTestPicture } from "../access_units.ts";
import { FakeTimers } from "../fake_timers.ts";
import { decode } from "./media.ts";

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const FIRST = Math.floor(START_MS / 1000);
const FPS = 10;
const small = { width: 64, height: 64, fps: FPS };
const second = await encodeTestPicture({ ...small, seconds: 1 });
const slowKeys = await encodeTestPicture({ ...small, seconds: 6, gop: 30 });
const other = await encodeTestPicture({ ...small, width: 96, seconds: 1, generation: 1 });

/** A stream with what a test needs to feed it. */
class Fixture {
  readonly feed = new Feed();
  nowMs = START_MS;
  readonly hls: HlsStream;
  #frame = 0;

  constructor(options: HlsOptions = {}) {
    this.hls = new HlsStream(this.feed, { now: () => this.nowMs, ...options });
  }

  /** Publishes pictures one frame after another, whatever their own times are. */
  play(units: readonly AccessUnit[], changes: Partial<AccessUnit> = {}): void {
    for (const unit of units) {
      const timeUs = Math.round(this.#frame * 1e6 / FPS);
      const capturedAtMs = START_MS + this.#frame * 1000 / FPS;
      this.feed.publish({ ...unit, timeUs, capturedAtMs, ...changes });
      this.#frame++;
    }
  }

  /** Lets the camera's clock jump. */
  skip(frames: number): void {
    this.#frame += frames;
  }

  media(): string[] {
    return this.hls.media()!.trimEnd().split("\n");
  }

  /** All that a player would load from the media playlist, in order. */
  files(): string[] {
    return this.media().filter((line) => !/PART|HINT/.test(line)).map((line) =>
      /URI="(.*)"/.exec(line)?.[1] ?? line
    )
      .filter((line) => !line.startsWith("#"));
  }

  load(names: readonly string[]): Uint8Array {
    return concat(...names.map((name) => this.hls.file(name)!.body));
  }
}

Deno.test("HlsStream has no playlist before the first segment", () => {
  const { hls, feed } = new Fixture();
  for (const au of second) feed.publish(au);
  strictEqual(hls.master(), null);
  strictEqual(hls.media(), null);
  strictEqual(hls.file("index.m3u8"), null);
});

/** A segment of five parts of 0.2 s. */
const parts = (n: number) =>
  [0, 1, 2, 3, 4].map((i) =>
    `#EXT-X-PART:DURATION=0.20000,URI="part-${FIRST + n}.${i}.m4s"${i ? "" : ",INDEPENDENT=YES"}\n`
  ).join("");

Deno.test("HlsStream writes a valid low-latency media playlist", () => {
  const fixture = new Fixture();
  for (let n = 0; n < 2; n++) fixture.play(second);
  // Each picture is held back until the next one tells how long it lasts.
  fixture.play(second.slice(0, 6));
  strictEqual(
    fixture.hls.media(),
    `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:1
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.600
#EXT-X-PART-INF:PART-TARGET=0.200
#EXT-X-MEDIA-SEQUENCE:${FIRST}
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init-${FIRST}.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05.678Z
${parts(0)}#EXTINF:1.00000,
seg-${FIRST}.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:06.678Z
${parts(1)}#EXTINF:1.00000,
seg-${FIRST + 1}.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:07.678Z
${parts(2).split("\n").slice(0, 2).join("\n")}
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-${FIRST + 2}.2.m4s"
`,
  );
});

Deno.test("HlsStream lists parts of the newest segments only, and keeps them a while", () => {
  const fixture = new Fixture();
  for (let n = 0; n < 6; n++) fixture.play(second); // 5 segments
  ok(!fixture.media().some((line) => line.includes(`part-${FIRST + 1}.`)));
  ok(fixture.media().some((line) => line.includes(`part-${FIRST + 2}.0`)));
  ok(fixture.hls.file(`part-${FIRST + 1}.4.m4s`));
});

Deno.test("HlsStream's parts are its segments, cut", async () => {
  const fixture = new Fixture();
  for (let n = 0; n < 2; n++) fixture.play(second);
  const names = [0, 1, 2, 3, 4].map((i) => `part-${FIRST}.${i}.m4s`);
  deepStrictEqual(fixture.load(names), fixture.load([`seg-${FIRST}.m4s`]));
  const first = await decode(fixture.load([`init-${FIRST}.mp4`, names[0]!]));
  strictEqual(first.complaints, "");
  deepStrictEqual(first.times, [0, 0.1]);
});

Deno.test("HlsStream announces the longest part of a slow camera", () => {
  const fixture = new Fixture();
  const slow = second.filter((_, i) => i % 5 === 0);
  for (let n = 0; n < 4; n++) {
    for (const unit of slow) {
      fixture.play([unit]);
      fixture.skip(4);
    }
  }
  ok(fixture.media().includes("#EXT-X-PART-INF:PART-TARGET=0.500"));
  ok(fixture.hls.media()!.includes("PART-HOLD-BACK=1.500"));
});

Deno.test("HlsStream.waitFor() waits for a segment, a part, or the part that stands for it", async () => {
  using time = new FakeTimers();
  const fixture = new Fixture();
  const { hls } = fixture;
  strictEqual(await hls.waitFor(FIRST, null), "never");
  for (let n = 0; n < 2; n++) fixture.play(second); // 1 segment, parts of the next but one
  strictEqual(await hls.waitFor(FIRST, null), "ready");
  strictEqual(await hls.waitFor(FIRST, 4), "ready");
  strictEqual(await hls.waitFor(FIRST - 50, 0), "ready");
  strictEqual(await hls.waitFor(FIRST + 1, 3), "ready");
  strictEqual(await hls.waitFor(FIRST + 3, 0), "never");
  const order: string[] = [];
  const part = hls.waitFor(FIRST + 1, 4).then((outcome) => order.push(`part ${outcome}`));
  const segment = hls.waitFor(FIRST + 1, null).then((outcome) => order.push(`segment ${outcome}`));
  const pastEnd = hls.waitFor(FIRST + 1, 5).then((outcome) => order.push(`next ${outcome}`));
  await Promise.resolve();
  deepStrictEqual(order, []);
  fixture.play(second.slice(0, 1));
  await Promise.all([part, segment]);
  deepStrictEqual(order, ["part ready", "segment ready"]);
  fixture.play(second.slice(1, 3));
  await pastEnd;
  const late = hls.waitFor(FIRST + 2, 4);
  time.advance(3000);
  strictEqual(await late, "late");
  strictEqual(time.pending, 0);
});

Deno.test("HlsStream.load() waits for the part that is announced as next, and for no other", async () => {
  using time = new FakeTimers();
  const fixture = new Fixture();
  const { hls } = fixture;
  for (let n = 0; n < 2; n++) fixture.play(second);
  strictEqual(await hls.load(`part-${FIRST + 1}.9.m4s`), null);
  ok(await hls.load(`part-${FIRST + 1}.0.m4s`));
  const next = hls.load(`part-${FIRST + 1}.4.m4s`);
  fixture.play(second.slice(0, 1));
  ok(await next);
  const late = hls.load(`part-${FIRST + 2}.0.m4s`);
  time.advance(3000);
  strictEqual(await late, null);
  const never = hls.load(`part-${FIRST + 2}.0.m4s`);
  hls.close();
  strictEqual(await never, null);
  strictEqual(time.pending, 0);
});

Deno.test("HlsStream holds all who wait for the same part back with one timer", async () => {
  using time = new FakeTimers();
  const fixture = new Fixture();
  for (let n = 0; n < 2; n++) fixture.play(second);
  const playlists = [1, 2, 3].map(() => fixture.hls.waitFor(FIRST + 1, 4));
  const files = [1, 2, 3].map(() => fixture.hls.load(`part-${FIRST + 1}.4.m4s`));
  strictEqual(time.pending, 2);
  fixture.play(second.slice(0, 1));
  deepStrictEqual(await Promise.all(playlists), ["ready", "ready", "ready"]);
  const [a, b, c] = await Promise.all(files);
  ok(a && a.body === b!.body && a.body === c!.body);
  strictEqual(fixture.hls.file("live.m3u8"), fixture.hls.file("live.m3u8"));
  strictEqual(time.pending, 0);
});

Deno.test("HlsStream announces codec, size, frame rate and measured bandwidth", () => {
  const fixture = new Fixture();
  for (let n = 0; n < 3; n++) fixture.play(second);
  const bits = fixture.hls.file(`seg-${FIRST}.m4s`)!.body.length * 8;
  strictEqual(
    fixture.hls.master(),
    `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=${bits},AVERAGE-BANDWIDTH=${bits},CODECS="avc1.42c00a",RESOLUTION=64x64,FRAME-RATE=10.000
live.m3u8
`,
  );
});

Deno.test("HlsStream's initialization segment and segments decode without complaint", async () => {
  const fixture = new Fixture();
  for (let n = 0; n < 5; n++) fixture.play(second);
  const decoded = await decode(fixture.load(fixture.files()));
  strictEqual(decoded.complaints, "");
  strictEqual(decoded.frames, 4 * FPS);
  deepStrictEqual(decoded.times, Array.from({ length: 40 }, (_, n) => n / 10));
});

Deno.test("HlsStream's segments each decode alone after the initialization segment", async () => {
  const fixture = new Fixture();
  for (let n = 0; n < 4; n++) fixture.play(second);
  const [init, , last] = fixture.files();
  const decoded = await decode(fixture.load([init!, last!]));
  strictEqual(decoded.complaints, "");
  strictEqual(decoded.frames, FPS);
});

Deno.test("HlsStream rolls its window and keeps a few older segments", () => {
  const fixture = new Fixture({ windowSegments: 3, olderSegments: 2 });
  for (let n = 0; n < 11; n++) fixture.play(second); // 10 segments
  deepStrictEqual(fixture.files(), [
    `init-${FIRST}.mp4`,
    ...[7, 8, 9].map((n) => `seg-${FIRST + n}.m4s`),
  ]);
  ok(fixture.media().includes(`#EXT-X-MEDIA-SEQUENCE:${FIRST + 7}`));
  const kept = Array.from({ length: 10 }, (_, n) => n)
    .filter((n) => fixture.hls.file(`seg-${FIRST + n}.m4s`));
  deepStrictEqual(kept, [5, 6, 7, 8, 9]);
});

Deno.test("HlsStream keeps within its memory bound but never without the newest segment", () => {
  const fixture = new Fixture({ maxBytes: 1 });
  for (let n = 0; n < 4; n++) fixture.play(second);
  deepStrictEqual(fixture.files(), [`init-${FIRST}.mp4`, `seg-${FIRST + 2}.m4s`]);
});

Deno.test("HlsStream marks a new generation by a discontinuity and a new initialization", async () => {
  const fixture = new Fixture();
  fixture.play(second);
  fixture.play(second.slice(0, 5));
  for (let n = 0; n < 3; n++) fixture.play(other);
  const lines = fixture.media().filter((line) => !/DATE-TIME|PART|HINT/.test(line));
  deepStrictEqual(lines.slice(6).filter((line) => !line.includes("TARGET")), [
    `#EXT-X-MAP:URI="init-${FIRST}.mp4"`,
    "#EXTINF:1.00000,",
    `seg-${FIRST}.m4s`,
    "#EXTINF:0.50000,",
    `seg-${FIRST + 1}.m4s`,
    "#EXT-X-DISCONTINUITY",
    `#EXT-X-MAP:URI="init-${FIRST + 2}.mp4"`,
    "#EXTINF:1.00000,",
    `seg-${FIRST + 2}.m4s`,
    "#EXTINF:1.00000,",
    `seg-${FIRST + 3}.m4s`,
  ]);
  ok(fixture.hls.master()!.includes("RESOLUTION=96x64"));
  const [, , , init, ...segments] = fixture.files();
  const decoded = await decode(fixture.load([init!, ...segments]));
  strictEqual(decoded.complaints, "");
  deepStrictEqual([decoded.frames, decoded.width], [2 * FPS, 96]);
});

Deno.test("HlsStream counts discontinuities that left the window and drops their initialization", () => {
  const fixture = new Fixture({ windowSegments: 3, olderSegments: 1 });
  fixture.play(second);
  for (let n = 0; n < 4; n++) fixture.play(other);
  // Segments: 0 | 1 2 3, window 1 2 3: the discontinuity is that of its first segment.
  ok(fixture.media().includes("#EXT-X-DISCONTINUITY"));
  ok(fixture.media().includes("#EXT-X-DISCONTINUITY-SEQUENCE:0"));
  ok(fixture.hls.file(`init-${FIRST}.mp4`));
  fixture.play(other);
  ok(!fixture.media().includes("#EXT-X-DISCONTINUITY"));
  ok(fixture.media().includes("#EXT-X-DISCONTINUITY-SEQUENCE:1"));
  ok(fixture.media().includes(`#EXT-X-MAP:URI="init-${FIRST + 1}.mp4"`));
  strictEqual(fixture.hls.file(`init-${FIRST}.mp4`), null);
  for (let n = 0; n < 5; n++) fixture.play(other);
  ok(fixture.media().includes("#EXT-X-DISCONTINUITY-SEQUENCE:1"));
});

Deno.test("HlsStream marks a jump of the clock by a discontinuity and waits for a keyframe", () => {
  for (const frames of [-100, 200]) {
    const fixture = new Fixture();
    fixture.skip(100);
    fixture.play(second);
    fixture.play(second.slice(0, 5));
    fixture.skip(frames);
    fixture.play(second.slice(5));
    fixture.play(second);
    fixture.play(second);
    const lines = fixture.media().filter((line) => /DISCONTINUITY$|EXTINF/.test(line));
    deepStrictEqual(lines, [
      "#EXTINF:1.00000,",
      "#EXTINF:0.50000,",
      "#EXT-X-DISCONTINUITY",
      "#EXTINF:1.00000,",
    ]);
  }
});

Deno.test("HlsStream marks a camera's silence by a discontinuity, and makes no long part of it", () => {
  const fixture = new Fixture();
  fixture.play(second);
  fixture.play(second.slice(0, 5));
  fixture.skip(50);
  fixture.play(second);
  fixture.play(second.slice(0, 1));
  deepStrictEqual(
    fixture.media().filter((line) => /DISCONTINUITY$|EXTINF|TARGET|DATE/.test(line)),
    [
      "#EXT-X-TARGETDURATION:1",
      "#EXT-X-PART-INF:PART-TARGET=0.200",
      "#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05.678Z",
      "#EXTINF:1.00000,",
      "#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:06.678Z",
      "#EXTINF:0.50000,",
      "#EXT-X-DISCONTINUITY",
      "#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:12.178Z",
      "#EXTINF:1.00000,",
    ],
  );
});

Deno.test("HlsStream takes a camera that has become slow for what it is", () => {
  const fixture = new Fixture();
  fixture.play(second);
  for (let n = 0; n < 6; n++) {
    fixture.play(second.slice(0, 1));
    fixture.skip(29);
  }
  const lines = fixture.media().filter((line) => /DISCONTINUITY$|EXTINF/.test(line));
  deepStrictEqual(lines, [
    "#EXTINF:1.00000,",
    "#EXTINF:0.10000,",
    "#EXT-X-DISCONTINUITY",
    ...Array(4).fill("#EXTINF:3.00000,"),
  ]);
});

Deno.test("HlsStream brings the part that it has announced also where the stream breaks off", async () => {
  using time = new FakeTimers();
  const fixture = new Fixture();
  const announced = () => /PRELOAD-HINT:TYPE=PART,URI="(.*)"/.exec(fixture.hls.media()!)![1]!;
  for (let n = 0; n < 2; n++) fixture.play(second);
  for (const [before, after] of [[5, other], [3, second], [1, other]] as const) {
    fixture.play(second.slice(0, before));
    const next = fixture.hls.load(announced());
    fixture.skip(50);
    fixture.play(after);
    ok(await next);
  }
  strictEqual(time.pending, 0);
});

Deno.test("HlsStream makes longer segments and says so when keyframes come late", () => {
  const fixture = new Fixture();
  fixture.play(slowKeys);
  fixture.play(second);
  deepStrictEqual(fixture.media().filter((line) => /EXTINF|TARGETDURATION/.test(line)), [
    "#EXT-X-TARGETDURATION:3",
    "#EXTINF:3.00000,",
    "#EXTINF:3.00000,",
  ]);
});

Deno.test("HlsStream joins groups that are shorter than a segment should be", () => {
  const fixture = new Fixture({ segmentS: 2 });
  for (let n = 0; n < 5; n++) fixture.play(second);
  deepStrictEqual(fixture.media().filter((line) => /EXTINF|TARGETDURATION/.test(line)), [
    "#EXT-X-TARGETDURATION:2",
    "#EXTINF:2.00000,",
    "#EXTINF:2.00000,",
  ]);
});

Deno.test("HlsStream ends a segment for which no keyframe comes, and leaves out what follows", () => {
  const fixture = new Fixture();
  fixture.play(second);
  fixture.play(second.slice(0, 1));
  const delta = second[1]!;
  for (let n = 0; n < 130 * FPS; n++) fixture.play([delta]);
  fixture.play(second);
  fixture.play(second);
  deepStrictEqual(fixture.media().filter((line) => /DISCONTINUITY$|EXTINF/.test(line)), [
    "#EXTINF:1.00000,",
    "#EXTINF:120.20000,",
    "#EXT-X-DISCONTINUITY",
    "#EXTINF:1.00000,",
  ]);
});

Deno.test("HlsStream begins with the feed's cached group", () => {
  const feed = new Feed();
  for (const au of second) feed.publish(au);
  const hls = new HlsStream(feed, { now: () => START_MS });
  feed.publish({ ...second[0]!, timeUs: 1e6 });
  ok(hls.media());
});

Deno.test("HlsStream serves its files with media type and cache time", () => {
  const { hls } = (() => {
    const fixture = new Fixture();
    fixture.play(second);
    fixture.play(second);
    return fixture;
  })();
  const kinds = ["index.m3u8", "live.m3u8", `init-${FIRST}.mp4`, `seg-${FIRST}.m4s`]
    .map((name) => [hls.file(name)!.type, hls.file(name)!.maxAgeS]);
  deepStrictEqual(kinds, [
    ["application/vnd.apple.mpegurl", 0],
    ["application/vnd.apple.mpegurl", 0],
    ["video/mp4", 60],
    ["video/mp4", 60],
  ]);
  const unknown = ["", "seg-1.m4s", `seg-${FIRST}.mp4`, `init-${FIRST}.m4s`, "../x", "seg-.m4s"];
  for (const name of unknown) strictEqual(hls.file(name), null, name);
  strictEqual(hls.file(`seg-0${FIRST}.m4s`), null);
});

Deno.test("HlsStream counts viewers by their playlist requests of the last seconds", () => {
  const fixture = new Fixture();
  fixture.hls.touch("a", "x");
  fixture.nowMs += 6000;
  fixture.hls.touch("b", "x");
  fixture.hls.touch("b", "x");
  strictEqual(fixture.hls.viewers, 2);
  fixture.nowMs += 6000;
  strictEqual(fixture.hls.viewers, 1);
  fixture.nowMs += 6000;
  strictEqual(fixture.hls.viewers, 0);
});

Deno.test("HlsStream.waitReady() resolves with the first segment, at the timeout, or at the end", async () => {
  using time = new FakeTimers();
  const fixture = new Fixture();
  const first = fixture.hls.waitReady(5000);
  const impatient = fixture.hls.waitReady(1000);
  time.advance(1000);
  strictEqual(await impatient, false);
  fixture.play(second);
  fixture.play(second);
  strictEqual(await first, true);
  strictEqual(await fixture.hls.waitReady(0), true);
  const { hls } = new Fixture();
  const never = hls.waitReady(5000);
  hls.close();
  strictEqual(await never, false);
  strictEqual(await hls.waitReady(5000), false);
  strictEqual(time.pending, 0);
});

Deno.test("HlsStream forgets everything when closed", () => {
  const fixture = new Fixture();
  fixture.play(second);
  fixture.play(second);
  fixture.hls.touch("a", "x");
  fixture.hls.close();
  fixture.play(second);
  fixture.play(second);
  strictEqual(fixture.feed.listenerCount, 0);
  strictEqual(fixture.hls.master(), null);
  strictEqual(fixture.hls.file(`seg-${FIRST}.m4s`), null);
  strictEqual(fixture.hls.viewers, 0);
});
