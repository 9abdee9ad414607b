import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Feed } from "../../src/deliver/feed.ts";
import {
  NoPictureError,
  snapshot as snapshotOf,
  SnapshotError,
  type SnapshotOptions,
} from "../../src/deliver/snapshot.ts";
import { PATIENCE_MS } from "../wait.ts";
import { encodeTestPicture } from "./access_units.ts";

const units = await encodeTestPicture({ width: 320, height: 180, seconds: 1 });

/** However long ffmpeg takes on a busy machine. */
function snapshot(feed: Feed, options: SnapshotOptions = {}) {
  return snapshotOf(feed, { timeoutMs: PATIENCE_MS, ...options });
}

/** Size of a JPEG in pixels, from its SOF0 marker (ITU-T T.81, annex B.2.2). */
function jpegSize(jpeg: Uint8Array): [number, number] {
  strictEqual((jpeg[0]! << 8) | jpeg[1]!, 0xffd8);
  strictEqual((jpeg.at(-2)! << 8) | jpeg.at(-1)!, 0xffd9);
  const view = new DataView(jpeg.buffer, jpeg.byteOffset);
  let at = 2;
  while (view.getUint16(at) !== 0xffc0) at += 2 + view.getUint16(at + 2);
  return [view.getUint16(at + 7), view.getUint16(at + 5)];
}

/** All pictures of the group as one JPEG each, made by ffmpeg in the plain way. */
async function luma(input: Uint8Array, format: string, frame: number): Promise<Uint8Array> {
  const args = ["-v", "error", "-f", format, "-i", "-", "-vf", `select=eq(n\\,${frame})`];
  args.push("-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-");
  const child = new Deno.Command("ffmpeg", { args, stdin: "piped", stdout: "piped" }).spawn();
  const [{ stdout }] = await Promise.all([
    child.output(),
    new Blob([input.slice()]).stream().pipeTo(child.stdin).catch(() => {}),
  ]);
  return stdout;
}

Deno.test("snapshot() gives a JPEG of the newest picture at full size", async () => {
  const feed = new Feed();
  for (const au of units.slice(0, 20)) feed.publish(au);
  const jpeg = await snapshot(feed);
  deepStrictEqual(jpegSize(jpeg), [320, 180]);
  const stream = new Uint8Array(
    await new Blob(units.slice(0, 20).map((au) => au.data.slice())).arrayBuffer(),
  );
  const got = await luma(jpeg, "mjpeg", 0);
  const difference = async (frame: number) => {
    const expected = await luma(stream, "h264", frame);
    return got.reduce((sum, value, i) => sum + Math.abs(value - expected[i]!), 0) / got.length;
  };
  ok(await difference(19) < await difference(18));
});

Deno.test("snapshot() works on a lone keyframe", async () => {
  const feed = new Feed();
  feed.publish(units[0]!);
  deepStrictEqual(jpegSize(await snapshot(feed)), [320, 180]);
});

Deno.test("snapshot() shares one run among concurrent requests and keeps its result a while", async () => {
  const feed = new Feed();
  feed.publish(units[0]!);
  const [a, b] = await Promise.all([snapshot(feed), snapshot(feed)]);
  strictEqual(a, b);
  strictEqual(await snapshot(feed, { maxAgeMs: 0 }), a, "nothing newer was published");
  feed.publish(units[1]!);
  strictEqual(await snapshot(feed, { maxAgeMs: 60_000 }), a);
  ok(await snapshot(feed, { maxAgeMs: 0 }) !== a);
});

Deno.test("snapshot() without a picture throws a named error", async () => {
  const feed = new Feed();
  await rejects(snapshot(feed), NoPictureError);
  feed.publish(units[1]!);
  await rejects(snapshot(feed), NoPictureError);
});

Deno.test("snapshot() of an undecodable stream throws a named error and recovers", async () => {
  const feed = new Feed();
  feed.publish({ ...units[0]!, data: Uint8Array.of(0, 0, 0, 1, 0x65, 1, 2, 3) });
  await rejects(snapshot(feed), SnapshotError);
  feed.publish(units[0]!);
  deepStrictEqual(jpegSize(await snapshot(feed)), [320, 180]);
});

Deno.test("snapshot() kills an ffmpeg that takes too long", async () => {
  const feed = new Feed();
  feed.publish(units[0]!);
  await rejects(snapshot(feed, { timeoutMs: 1 }), /took more than 1 ms/);
});
