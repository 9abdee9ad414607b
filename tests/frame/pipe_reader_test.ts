import assert from "node:assert/strict";
import { PipeEndedError, PipeReader } from "../../src/frame/pipe_reader.ts";
import { chunked, noise } from "./streams.ts";

const BYTES = noise(1000);

for (const sizes of [[1], [3, 1, 7], [999, 1], [1000], [4096], [2, 5]]) {
  Deno.test(`PipeReader gives the same bytes in chunks of ${sizes}`, async () => {
    const pipe = new PipeReader(chunked(BYTES, sizes));
    assert.equal(await pipe.byte(), BYTES[0]);
    const block = await pipe.into(new Uint8Array(500));
    assert.deepEqual(block, BYTES.slice(1, 501));
    await pipe.skip(100);
    assert.equal(await pipe.byte(), BYTES[601]);
    const rest = await pipe.into(new Uint8Array(398));
    assert.deepEqual(rest, BYTES.slice(602));
    assert.equal(await pipe.more(), false);
  });
}

Deno.test("PipeReader passes over as much as it is told, in however many pieces", async () => {
  const long = noise(700_000);
  for (const sizes of [[65_536], [700_000], [1, 300_000]]) {
    const pipe = new PipeReader(chunked(long, sizes));
    assert.equal(await pipe.byte(), long[0]);
    await pipe.skip(600_000);
    assert.equal(await pipe.byte(), long[600_001]);
    await pipe.skip(7);
    assert.deepEqual(await pipe.into(new Uint8Array(100)), long.slice(600_009, 600_109));
  }
});

Deno.test("PipeReader tells a stream's end apart from an end inside a block", async () => {
  const ends = () => new PipeReader(chunked(BYTES.slice(0, 10), [4]));
  await assert.rejects(ends().into(new Uint8Array(11)), {
    name: "PipeEndedError",
    message: "The pipe ended 1 bytes early",
  });
  await assert.rejects(ends().skip(13), { message: "The pipe ended 3 bytes early" });
  const pipe = ends();
  await pipe.skip(10);
  await assert.rejects(pipe.byte(), PipeEndedError);
});

Deno.test("PipeReader fills the middle of given memory and hands the same memory back", async () => {
  const pipe = new PipeReader(chunked(BYTES, [600, 7]));
  await pipe.skip(3);
  const memory = new Uint8Array(700).fill(9);
  const filled = await pipe.into(memory.subarray(50, 650));
  assert.equal(memory.length, 0);
  assert.deepEqual(filled, BYTES.slice(3, 603));
  const whole = new Uint8Array(filled.buffer);
  assert.equal(whole.length, 700);
  assert.ok([...whole.subarray(0, 50), ...whole.subarray(650)].every((byte) => byte === 9));
});

Deno.test("PipeReader counts what can be read without waiting", async () => {
  const pipe = new PipeReader(chunked(BYTES, [10]));
  assert.equal(pipe.buffered, 0);
  await pipe.more();
  assert.equal(pipe.buffered, 10);
  await pipe.skip(4);
  assert.equal(pipe.buffered, 6);
});

Deno.test("PipeReader lets go of its stream when cancelled", async () => {
  let cancelled = false;
  const pipe = new PipeReader(
    new ReadableStream({ type: "bytes", cancel: () => void (cancelled = true) }),
  );
  const waiting = pipe.more();
  await pipe.cancel();
  assert.equal(await waiting, false);
  assert.ok(cancelled);
});
