import assert from "node:assert/strict";
import { SourceDelay } from "../../src/pipeline/source_delay.ts";

/** A source whose pictures come when a test says. */
function source() {
  let nowMs = 1000, timeMs = 50_000;
  const delay = new SourceDelay(() => nowMs);
  return {
    delay,
    come(count: number, everyMs: number, spacingMs = 40) {
      for (let i = 0; i < count; i++) {
        nowMs += everyMs;
        timeMs += spacingMs;
        delay.came(timeMs * 1000);
      }
    },
    wait: (ms: number) => nowMs += ms,
    jump: (ms: number) => timeMs += ms,
  };
}

const near = (value: number, wanted: number, by: number) =>
  assert.ok(Math.abs(value - wanted) <= by, `${value}, not ${wanted}`);

Deno.test("a source at its own pace has no delay, nor has one that only stands still", () => {
  const { delay, come, wait } = source();
  come(100, 40);
  near(delay.delayMs, 0, 1);
  assert.equal(delay.second(), "none");
  // What was late is made up for.
  wait(4000);
  come(100, 0);
  near(delay.delayMs, 0, 5);
});

Deno.test("what comes slower than its own times is late, more and more, and catches up", () => {
  const { delay, come } = source();
  come(25, 40);
  delay.second();
  come(25, 80);
  near(delay.delayMs, 1000, 10);
  assert.equal(delay.second(), "grows");
  // Nothing has come since.
  assert.equal(delay.second(), "none");
  come(25, 40);
  near(delay.delayMs, 1000, 10);
  assert.equal(delay.second(), "lasts");
  come(50, 20);
  near(delay.delayMs, 0, 10);
  assert.equal(delay.second(), "none");
});

Deno.test("a clock that is set is no delay", () => {
  const { delay, come, jump } = source();
  come(25, 40);
  jump(-20_000);
  come(25, 40);
  near(delay.delayMs, 0, 1);
  jump(20_000);
  come(25, 40);
  near(delay.delayMs, 0, 1);
});

/** Seconds of pictures that come at these paces, then a step down; how it is in the last of them. */
function stepAfter({ delay, come }: ReturnType<typeof source>, paces: number[]): string {
  let last = "";
  for (const pace of paces) {
    come(25, 40 / pace);
    last = delay.second();
  }
  delay.steppedDown();
  return last;
}

Deno.test("a pace that two steps do not change is the source's own, and no delay from then on", () => {
  const slow = source(), { delay, come } = slow;
  for (let step = 0; step < 3; step++) {
    assert.equal(stepAfter(slow, [0.7, 0.7, 0.7, 0.7]), "grows");
  }
  near(delay.delayMs, 0, 1);
  come(1000, 40 / 0.7);
  near(delay.delayMs, 0, 5);
  // Slower than that is late.
  come(100, 40 / 0.5);
  assert.ok(delay.delayMs > 1000, `${delay.delayMs}`);
});

Deno.test("a pace that steps change is a machine's", () => {
  const starved = source();
  for (const pace of [0.6, 0.65, 0.72, 0.8, 0.87, 0.91]) {
    assert.equal(stepAfter(starved, Array(6).fill(pace)), "grows");
  }
  assert.ok(starved.delay.delayMs > 5000, `${starved.delay.delayMs}`);
});
