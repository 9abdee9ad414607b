import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  type QueuedPicture,
  SendQueue,
  type SendQueueOptions,
} from "../../../src/deliver/webrtc/send_queue.ts";
import type { Turn } from "../../../src/deliver/webrtc/send_turns.ts";
import { FakeTimers } from "../fake_timers.ts";

const picture = (packets: number, timestamp: number) => ({
  payloads: Array.from({ length: packets }, () => Buffer.alloc(1)),
  timestamp,
});

/** Gives each turn at once. */
const turns = {
  ask(turn: Turn) {
    while (turn());
  },
  forget() {},
};

/** A queue that writes down what it sends: the pictures' timestamps, and whether a packet was the last of its picture. */
function recording(options: SendQueueOptions = {}) {
  const sent: [number, boolean][] = [];
  const queue = new SendQueue(({ payloads, timestamp }: QueuedPicture, from, most) => {
    const count = Math.min(most, payloads.length - from);
    for (let i = from; i < from + count; i++) sent.push([timestamp, i === payloads.length - 1]);
    return count;
  }, { turns, ...options });
  return { queue, sent };
}

Deno.test("SendQueue sends a small picture at once", () => {
  using _time = new FakeTimers();
  const { queue, sent } = recording();
  strictEqual(queue.push(picture(3, 7)), 0);
  deepStrictEqual(sent, [[7, false], [7, false], [7, true]]);
  strictEqual(queue.waiting, 0);
});

Deno.test("SendQueue spreads a burst over time and keeps the order", () => {
  using time = new FakeTimers();
  const { queue, sent } = recording({ burstPackets: 10, packetsPerMs: 2 });
  for (let n = 0; n < 5; n++) queue.push(picture(10, n));
  strictEqual(sent.length, 10);
  strictEqual(queue.waiting, 40);
  time.advance(5);
  strictEqual(sent.length, 20);
  time.advance(15);
  strictEqual(sent.length, 50);
  const stamps = sent.map(([timestamp]) => timestamp);
  deepStrictEqual(stamps, [...stamps].sort((a, b) => a - b));
  strictEqual(time.pending, 0);
});

Deno.test("SendQueue regains its burst after a pause but not more", () => {
  using time = new FakeTimers();
  const { queue, sent } = recording({ burstPackets: 10, packetsPerMs: 2 });
  queue.push(picture(10, 0));
  time.advance(60_000);
  queue.push(picture(30, 1));
  strictEqual(sent.length, 20);
  queue.close();
});

Deno.test("SendQueue drops what was not begun when it is full, and finishes what was", () => {
  using time = new FakeTimers();
  const { queue, sent } = recording({ burstPackets: 4, packetsPerMs: 1, maxPackets: 20 });
  strictEqual(queue.push(picture(8, 1)), 0);
  strictEqual(queue.push(picture(8, 2)), 0);
  strictEqual(queue.push(picture(8, 3)), 0);
  strictEqual(queue.push(picture(8, 4)), 3);
  strictEqual(queue.waiting, 4);
  time.advance(100);
  strictEqual(sent.length, 8);
  deepStrictEqual(sent.at(-1), [1, true]);
  strictEqual(queue.push(picture(2, 5)), 0);
  deepStrictEqual(sent.at(-1), [5, true]);
});

Deno.test("SendQueue drops pictures for which there was no time", () => {
  using time = new FakeTimers();
  const asked: Turn[] = [];
  const { queue, sent } = recording({
    maxWaitMs: 300,
    turns: { ask: (turn) => asked.push(turn), forget() {} },
  });
  for (let n = 0; n < 10; n++) {
    strictEqual(queue.push(picture(8, n)), 0, `picture ${n}`);
    time.advance(33);
  }
  // No turn came in 330 ms.
  strictEqual(queue.push(picture(8, 10)), 11);
  strictEqual(queue.waiting, 0);
  // It goes on with what comes then.
  strictEqual(queue.push(picture(8, 11)), 0);
  while (asked.at(-1)!());
  deepStrictEqual(sent.map(([timestamp]) => timestamp), Array(8).fill(11));
});

Deno.test("SendQueue tries again what the socket did not take", () => {
  using time = new FakeTimers();
  let room = 3, sent = 0;
  const queue = new SendQueue((_, __, most) => {
    const taken = Math.min(most, room);
    sent += taken;
    room -= taken;
    return taken;
  }, { turns });
  queue.push(picture(8, 0));
  strictEqual(sent, 3);
  time.advance(50);
  strictEqual(sent, 3);
  room = 100;
  time.advance(5);
  strictEqual(sent, 8);
  strictEqual(time.pending, 0);
});

Deno.test("SendQueue stops its timer and forgets its packets when closed", () => {
  using time = new FakeTimers();
  const { queue, sent } = recording({ burstPackets: 1, packetsPerMs: 1 });
  queue.push(picture(10, 0));
  strictEqual(time.pending, 1);
  queue.close();
  strictEqual(time.pending, 0);
  time.advance(1000);
  strictEqual(sent.length, 1);
  strictEqual(queue.waiting, 0);
});
