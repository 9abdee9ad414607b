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
    return this.media().map((line) => /URI="(.*)"/.exec(line)?.[1] ?? line)
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

Deno.test("HlsStream writes a valid media playlist", () => {
  const fixture = new Fixture();
  for (let n = 0; n < 3; n++) fixture.play(second);
  strictEqual(
    fixture.hls.media(),
    `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:1
#EXT-X-MEDIA-SEQUENCE:${FIRST}
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init-${FIRST}.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05.678Z
#EXTINF:1.00000,
seg-${FIRST}.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:06.678Z
#EXTINF:1.00000,
seg-${FIRST + 1}.m4s
`,
  );
});

Deno.test("HlsStream announces codec, size, frame rate and measured bandwidth", () => {
  const fixture = new Fixture();
  for (let n = 0; n < 3; n++) fixture.play(second);
  const bits = fixture.hls.file(`seg-${FIRST}.m4s`)!.body.length * 8;
  strictEqual(
    fixture.hls.master(),
    `#EXTM3U
#EXT-X-VERSION:7
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
  const lines = fixture.media().filter((line) => !line.includes("DATE-TIME"));
  deepStrictEqual(lines.slice(6), [
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

Deno.test("HlsStream makes longer segments and says so when keyframes come late", () => {
  const fixture = new Fixture();
  fixture.play(slowKeys);
  fixture.play(second);
  deepStrictEqual(fixture.media().filter((line) => /EXTINF|TARGET/.test(line)), [
    "#EXT-X-TARGETDURATION:3",
    "#EXTINF:3.00000,",
    "#EXTINF:3.00000,",
  ]);
});

Deno.test("HlsStream joins groups that are shorter than a segment should be", () => {
  const fixture = new Fixture({ segmentS: 2 });
  for (let n = 0; n < 5; n++) fixture.play(second);
  deepStrictEqual(fixture.media().filter((line) => /EXTINF|TARGET/.test(line)), [
    "#EXT-X-TARGETDURATION:2",
    "#EXTINF:2.00000,",
    "#EXTINF:2.00000,",
  ]);
});

Deno.test("HlsStream drops a segment for which no keyframe comes, without a gap in the numbers", () => {
  const fixture = new Fixture();
  fixture.play(second);
  fixture.play(second.slice(0, 1));
  const delta = second[1]!;
  for (let n = 0; n < 130 * FPS; n++) fixture.play([delta]);
  fixture.play(second);
  fixture.play(second);
  deepStrictEqual(fixture.files(), [
    `init-${FIRST}.mp4`,
    `seg-${FIRST}.m4s`,
    `init-${FIRST + 1}.mp4`,
    `seg-${FIRST + 1}.m4s`,
  ]);
  ok(fixture.media().includes("#EXT-X-DISCONTINUITY"));
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
