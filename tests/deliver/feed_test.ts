import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { AccessUnit } from "../../src/encode/access_unit.ts";
import { Feed } from "../../src/deliver/feed.ts";
import { FakeTimers } from "./fake_timers.ts";

function unit(n: number, key = false, generation = 0, bytes = 10): AccessUnit {
  return {
    data: new Uint8Array(bytes),
    key,
    timeUs: n * 1000,
    generation,
    capturedAtMs: n,
    width: 2,
    height: 2,
  };
}

Deno.test("Feed hands every access unit to every subscriber in order", () => {
  const feed = new Feed();
  const a: number[] = [];
  const b: number[] = [];
  feed.subscribe((au) => a.push(au.timeUs));
  feed.publish(unit(1, true));
  feed.subscribe((au) => b.push(au.timeUs));
  feed.publish(unit(2));
  deepStrictEqual(a, [1000, 2000]);
  deepStrictEqual(b, [2000]);
});

Deno.test("Feed keeps the group since the last keyframe", () => {
  const feed = new Feed();
  feed.publish(unit(0));
  deepStrictEqual(feed.group(), []);
  for (const n of [1, 2, 3, 4, 5]) feed.publish(unit(n, n === 1 || n === 4));
  deepStrictEqual(feed.group().map((au) => au.capturedAtMs), [4, 5]);
  strictEqual(feed.latest?.capturedAtMs, 5);
});

Deno.test("Feed is live for a while after each picture", () => {
  using time = new FakeTimers();
  const feed = new Feed();
  strictEqual(feed.live, false);
  feed.publish(unit(1, true));
  time.advance(30_000);
  strictEqual(feed.live, true);
  time.advance(1);
  strictEqual(feed.live, false);
});

Deno.test("Feed never mixes two generations in a group", () => {
  const feed = new Feed();
  feed.publish(unit(1, true, 0));
  feed.publish(unit(2, false, 1));
  deepStrictEqual(feed.group(), []);
  feed.publish(unit(3, false, 1));
  deepStrictEqual(feed.group(), []);
  feed.publish(unit(4, true, 1));
  deepStrictEqual(feed.group().map((au) => au.capturedAtMs), [4]);
});

Deno.test("Feed forgets a group that outgrows its bounds until the next keyframe", () => {
  for (const bounds of [{ maxGroupUnits: 3 }, { maxGroupBytes: 35 }]) {
    const feed = new Feed(bounds);
    for (let n = 0; n < 3; n++) feed.publish(unit(n, n === 0));
    strictEqual(feed.group().length, 3);
    feed.publish(unit(3));
    feed.publish(unit(4));
    strictEqual(feed.group().length, 0);
    feed.publish(unit(5, true));
    strictEqual(feed.group().length, 1);
  }
});

Deno.test("Feed gives a group that later publishing does not change", () => {
  const feed = new Feed();
  feed.publish(unit(1, true));
  const group = feed.group();
  feed.publish(unit(2));
  strictEqual(group.length, 1);
});

Deno.test("Feed protects publisher and other sinks from one that throws, and reports it once", () => {
  const errors: unknown[] = [];
  const feed = new Feed({ onSinkError: (error) => errors.push(error) });
  let got = 0;
  feed.subscribe(() => {
    throw new Error("broken");
  });
  feed.subscribe(() => got++);
  feed.publish(unit(1, true));
  feed.publish(unit(2));
  strictEqual(got, 2);
  strictEqual(errors.length, 1);
});

Deno.test("Feed survives an error reporter that throws", () => {
  const feed = new Feed({
    onSinkError: () => {
      throw new Error("no log");
    },
  });
  feed.subscribe(() => {
    throw new Error("broken");
  });
  feed.publish(unit(1, true));
});

Deno.test("Feed ends a subscription at once, also from within a sink, and only once", () => {
  const feed = new Feed();
  let second = 0;
  const endFirst = feed.subscribe(() => endSecond());
  const endSecond = feed.subscribe(() => second++);
  feed.publish(unit(1, true));
  strictEqual(second, 0);
  strictEqual(feed.listenerCount, 1);
  endSecond();
  strictEqual(feed.listenerCount, 1);
  endFirst();
  strictEqual(feed.listenerCount, 0);
});

Deno.test("Feed treats one function subscribed twice as two subscriptions", () => {
  const feed = new Feed();
  let got = 0;
  const sink = () => {
    got++;
  };
  const end = feed.subscribe(sink);
  feed.subscribe(sink);
  feed.publish(unit(1, true));
  end();
  feed.publish(unit(2));
  strictEqual(got, 3);
});
