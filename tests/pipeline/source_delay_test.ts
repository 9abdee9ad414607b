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
  near(delay.second()!.pace, 1, 0.001);
  assert.equal(delay.second(), null);
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
  const { delayMs, pace } = delay.second()!;
  near(delayMs, 1000, 10);
  near(pace, 0.5, 0.001);
  come(50, 20);
  near(delay.delayMs, 0, 10);
});

Deno.test("a clock that is set is no delay", () => {
  const { delay, come, jump } = source();
  come(25, 40);
  jump(-20_000);
  come(25, 40);
  near(delay.delayMs, 0, 1);
  near(delay.second()!.pace, 1, 0.001);
  jump(20_000);
  come(25, 40);
  near(delay.delayMs, 0, 1);
});

Deno.test("a pace that is taken as it is is no delay from then on", () => {
  const { delay, come } = source();
  come(25, 50);
  delay.takeAsItIs(delay.second()!.pace);
  near(delay.delayMs, 0, 1);
  come(1000, 50);
  near(delay.delayMs, 0, 5);
  near(delay.second()!.pace, 1, 0.01);
});
