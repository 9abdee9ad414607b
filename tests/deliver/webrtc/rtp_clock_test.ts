import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { RtpClock } from "../../../src/deliver/webrtc/rtp_clock.ts";

const frameUs = (n: number) => Math.round(n * 1e6 / 30);

Deno.test("RtpClock gives live pictures the camera's time at 90 kHz", () => {
  const clock = new RtpClock(1000);
  deepStrictEqual([0, 1, 2, 30].map((n) => clock.live(frameUs(n))), [1000, 4000, 7000, 91000]);
});

Deno.test("RtpClock wraps at 2^32", () => {
  const clock = new RtpClock(2 ** 32 - 1000);
  strictEqual(clock.live(0), 2 ** 32 - 1000);
  strictEqual(clock.live(frameUs(1)), 2000);
});

Deno.test("RtpClock squeezes a joining viewer's group right before the next live picture", () => {
  const clock = new RtpClock(0);
  const times = [30, 31, 32, 33].map(frameUs);
  deepStrictEqual(clock.catchUp(times), [98730, 98820, 98910, 99000]);
  strictEqual(clock.live(frameUs(34)), 102000);
});

Deno.test("RtpClock puts a repeated group between the last picture and the next", () => {
  const clock = new RtpClock(0);
  const times = Array.from({ length: 31 }, (_, n) => frameUs(n));
  let last = 0;
  for (const time of times) last = clock.live(time);
  const repeated = clock.catchUp(times);
  let before = last;
  for (const timestamp of repeated) {
    ok(timestamp > before);
    before = timestamp;
  }
  const next = clock.live(frameUs(31));
  strictEqual(next, 93000);
  ok(next > before);
});

Deno.test("RtpClock repeats a single picture", () => {
  const clock = new RtpClock(0);
  const last = clock.live(frameUs(10));
  ok(clock.catchUp([frameUs(10)])[0]! > last);
  strictEqual(clock.live(frameUs(11)), 33000);
});

Deno.test("RtpClock grows strictly when the camera's clock jumps back, and goes on from there", () => {
  const clock = new RtpClock(0);
  strictEqual(clock.live(frameUs(300)), 900000);
  strictEqual(clock.live(frameUs(0)), 900001);
  strictEqual(clock.live(frameUs(1)), 903001);
  deepStrictEqual(clock.catchUp([]), []);
});

Deno.test("RtpClock handles a group that reaches back before the camera's time 0", () => {
  const clock = new RtpClock(0);
  deepStrictEqual(clock.catchUp([0, 100]), [2 ** 32 - 81, 9]);
});

Deno.test("RtpClock repeats the group of a silent camera as of now, and what comes next keeps its time", () => {
  const times = [27, 28, 29, 30].map(frameUs);
  const watching = new RtpClock(0), joining = new RtpClock(0);
  for (const time of times) watching.live(time);
  for (const clock of [watching, joining]) {
    // Three seconds after the last picture, and then the next one, five seconds after it.
    deepStrictEqual(clock.catchUp(times, 3e6), [359730, 359820, 359910, 360000]);
    strictEqual(clock.live(frameUs(180)), 540000);
  }
  // From one picture to the next is no hole.
  deepStrictEqual(new RtpClock(0).catchUp(times, 33_000), [89730, 89820, 89910, 90000]);
});
