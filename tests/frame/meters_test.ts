import assert from "node:assert/strict";
import { RecentDurations } from "../../src/frame/percentiles.ts";
import { RateMeter } from "../../src/frame/rate_meter.ts";

function meter() {
  const clock = { ms: 10_000 };
  return { clock, rate: new RateMeter(3000, () => clock.ms) };
}

Deno.test("RateMeter gives a steady stream's rate from the second event on", () => {
  const { clock, rate } = meter();
  assert.equal(rate.perSecond(), 0);
  rate.tick();
  assert.equal(rate.perSecond(), 0);
  for (let i = 0; i < 100; i++) {
    clock.ms += 40;
    rate.tick();
    assert.equal(rate.perSecond(), 25);
  }
});

Deno.test("RateMeter follows a change of rate within its window", () => {
  const { clock, rate } = meter();
  for (let i = 0; i < 100; i++) (clock.ms += 100), rate.tick();
  assert.equal(rate.perSecond(), 10);
  for (let i = 0; i < 62; i++) (clock.ms += 50), rate.tick();
  assert.equal(rate.perSecond(), 20);
});

Deno.test("RateMeter falls while nothing comes, to 0 after its window", () => {
  const { clock, rate } = meter();
  for (let i = 0; i < 31; i++) (clock.ms += 100), rate.tick();
  clock.ms += 1500;
  const paused = rate.perSecond();
  assert.ok(paused > 0 && paused < 10, `${paused}`);
  clock.ms += 3000;
  assert.equal(rate.perSecond(), 0);
});

Deno.test("RateMeter stays right where nobody asks for a long time", () => {
  const { clock, rate } = meter();
  for (let i = 0; i < 20_000; i++) (clock.ms += 10), rate.tick();
  assert.equal(rate.perSecond(), 100);
});

Deno.test("RecentDurations has no percentiles before its first sample", () => {
  assert.deepEqual(new RecentDurations().summary(), { p50: null, p95: null, p99: null });
});

Deno.test("RecentDurations gives percentiles whatever the order, to a tenth", () => {
  const durations = new RecentDurations(200);
  for (let i = 0; i < 100; i++) durations.add((i * 37) % 100 + 0.123);
  assert.deepEqual(durations.summary(), { p50: 50.1, p95: 95.1, p99: 99.1 });
  assert.equal(durations.percentile(0), 0.1);
  assert.equal(durations.percentile(1), 99.1);
});

Deno.test("RecentDurations forgets all but its newest samples", () => {
  const durations = new RecentDurations(10);
  for (let i = 0; i < 50; i++) durations.add(1000);
  for (let i = 0; i < 10; i++) durations.add(2);
  assert.deepEqual(durations.summary(), { p50: 2, p95: 2, p99: 2 });
});

Deno.test("RecentDurations keeps a histogram of every duration, old ones included", () => {
  const durations = new RecentDurations(2);
  for (const ms of [5, 5.1, 200, 9000]) durations.add(ms);
  const { buckets, sumS } = durations.histogram;
  assert.deepEqual(buckets, [1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  assert.ok(Math.abs(sumS - 9.2101) < 1e-9);
  assert.equal(durations.percentile(0), 200);
});
