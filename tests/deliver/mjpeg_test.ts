import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { Feed } from "../../src/deliver/feed.ts";
import { jpegs, MJPEG_TYPE, MjpegStream } from "../../src/deliver/mjpeg.ts";
import { ViewerLimits } from "../../src/deliver/viewer_limits.ts";
import { inTime } from "../wait.ts";
import { encodeTestPicture, playLoop } from "./access_units.ts";

const units = await encodeTestPicture({ width: 320, height: 180, seconds: 2 });
const boundary = /boundary=(.*)$/.exec(MJPEG_TYPE)![1]!;

/** The pictures of a body, one by one, checked for their form. */
async function* picturesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
  let rest = "";
  for await (const chunk of body) {
    rest += text(chunk);
    for (;;) {
      const header = /^--(\S+)\r\nContent-Type: image\/jpeg\r\nContent-Length: (\d+)\r\n\r\n/.exec(
        rest,
      );
      if (!header) break;
      strictEqual(header[1], boundary);
      const end = header[0].length + Number(header[2]);
      if (rest.length < end + 2) break;
      yield Uint8Array.from(rest.slice(header[0].length, end), (char) => char.charCodeAt(0));
      rest = rest.slice(end + 2);
    }
  }
}

async function withStream(use: (stream: MjpegStream, feed: Feed) => Promise<void>): Promise<void> {
  const feed = new Feed();
  const stream = new MjpegStream(feed);
  feed.publish(units[0]!);
  const stop = playLoop(feed, units, 30);
  try {
    await use(stream, feed);
  } finally {
    stop();
    stream.close();
    strictEqual(feed.listenerCount, 0);
  }
}

Deno.test("MjpegStream makes pictures for all viewers with one ffmpeg, only while somebody watches", () =>
  withStream(async (stream, feed) => {
    strictEqual(stream.running, false);
    const bodies = [stream.connect(), stream.connect(5)];
    strictEqual(feed.listenerCount, 1);
    const readers = bodies.map(picturesOf);
    for (let n = 0; n < 3; n++) {
      for (const reader of readers) {
        const { value: jpeg } = await inTime("a picture", reader.next());
        ok(jpeg, "the stream has ended");
        deepStrictEqual([...jpeg.slice(0, 3)], [0xff, 0xd8, 0xff]);
        deepStrictEqual([...jpeg.slice(-2)], [0xff, 0xd9]);
      }
    }
    for (const reader of readers) await reader.return(undefined);
    strictEqual(stream.viewers, 0);
    strictEqual(stream.running, false);
  }));

Deno.test("MjpegStream goes on for others while one viewer takes nothing", () =>
  withStream(async (stream) => {
    const slow = stream.connect();
    const reader = picturesOf(stream.connect());
    for (let n = 0; n < 8; n++) ok((await inTime("a picture", reader.next())).value);
    await slow.cancel();
    await reader.return(undefined);
  }));

Deno.test("MjpegStream refuses viewers that are too many, and ends with its camera", async () => {
  const limits = new ViewerLimits({ perCamera: 1, perAddress: 0 });
  const stream = new MjpegStream(new Feed(), (address) => limits.enter("gate", address));
  const body = stream.connect();
  throws(() => stream.connect(), /'gate' has 1 viewers already/);
  stream.close();
  const reader = body.getReader();
  strictEqual((await reader.read()).done, false);
  strictEqual((await reader.read()).done, true);
  limits.enter("gate", "")();
});

Deno.test("jpegs() cuts wherever the chunks end", async () => {
  const bytes = Uint8Array.of(0xff, 0xd8, 1, 0xff, 0xd9, 0xff, 0xd8, 2, 3, 0xff, 0xd9);
  for (let size = 1; size <= bytes.length; size++) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
    const found = await Array.fromAsync(jpegs(ReadableStream.from(chunks)));
    deepStrictEqual(found.map((jpeg) => jpeg.length), [5, 6], `chunks of ${size}`);
  }
});
