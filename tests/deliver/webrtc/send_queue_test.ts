import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { SendQueue } from "../../../src/deliver/webrtc/send_queue.ts";
import { FakeTimers } from "../fake_timers.ts";

const picture = (packets: number, timestamp: number) => ({
  payloads: Array.from({ length: packets }, () => Buffer.alloc(1)),
  timestamp,
});

Deno.test("SendQueue sends a small picture at once, with the marker on its last packet", () => {
  using _time = new FakeTimers();
  const sent: [number, boolean][] = [];
  const queue = new SendQueue((_, timestamp, marker) => sent.push([timestamp, marker]));
  queue.push(picture(3, 7));
  deepStrictEqual(sent, [[7, false], [7, false], [7, true]]);
  strictEqual(queue.waiting, 0);
});

Deno.test("SendQueue spreads a burst over time and keeps the order", () => {
  using time = new FakeTimers();
  const sent: number[] = [];
  const options = { burstPackets: 10, packetsPerMs: 2 };
  const queue = new SendQueue((_, timestamp) => sent.push(timestamp), options);
  for (let n = 0; n < 5; n++) queue.push(picture(10, n));
  strictEqual(sent.length, 10);
  strictEqual(queue.waiting, 40);
  time.advance(5);
  strictEqual(sent.length, 20);
  time.advance(15);
  strictEqual(sent.length, 50);
  deepStrictEqual(sent, [...sent].sort((a, b) => a - b));
  strictEqual(time.pending, 0);
});

Deno.test("SendQueue regains its burst after a pause but not more", () => {
  using time = new FakeTimers();
  let sent = 0;
  const queue = new SendQueue(() => sent++, { burstPackets: 10, packetsPerMs: 2 });
  queue.push(picture(10, 0));
  time.advance(60_000);
  queue.push(picture(30, 1));
  strictEqual(sent, 20);
  queue.close();
});

Deno.test("SendQueue drops what was not begun when it is full, and finishes what was", () => {
  using time = new FakeTimers();
  const sent: [number, boolean][] = [];
  const options = { burstPackets: 4, packetsPerMs: 1, maxPackets: 20 };
  const queue = new SendQueue((_, timestamp, marker) => sent.push([timestamp, marker]), options);
  ok(queue.push(picture(8, 1)));
  ok(queue.push(picture(8, 2)));
  strictEqual(queue.push(picture(8, 3)) && queue.push(picture(8, 4)), false);
  strictEqual(queue.waiting, 4);
  time.advance(100);
  strictEqual(sent.length, 8);
  deepStrictEqual(sent.at(-1), [1, true]);
  ok(queue.push(picture(2, 5)));
  deepStrictEqual(sent.at(-1), [5, true]);
});

Deno.test("SendQueue stops its timer and forgets its packets when closed", () => {
  using time = new FakeTimers();
  let sent = 0;
  const queue = new SendQueue(() => sent++, { burstPackets: 1, packetsPerMs: 1 });
  queue.push(picture(10, 0));
  strictEqual(time.pending, 1);
  queue.close();
  strictEqual(time.pending, 0);
  time.advance(1000);
  strictEqual(sent, 1);
  strictEqual(queue.waiting, 0);
});
