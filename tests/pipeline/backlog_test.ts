import assert from "node:assert/strict";
import { Backlog } from "../../src/pipeline/backlog.ts";

/** A backlog and a camera of 25 fps whose pictures come when a test says. */
function camera() {
  let nowMs = 5000, timeMs = 0;
  const backlog = new Backlog(() => nowMs);
  return {
    /** Pictures that come every so many milliseconds; which of them are old. */
    come(count: number, everyMs: number, spacingMs = 40): boolean[] {
      return Array.from({ length: count }, () => {
        nowMs += everyMs;
        timeMs += spacingMs;
        return backlog.isOld(timeMs * 1000);
      });
    },
    /** Nothing comes for a while. */
    wait: (ms: number) => nowMs += ms,
    /** The source's clock is set. */
    jump: (ms: number) => timeMs += ms,
  };
}

const old = (list: boolean[]) => list.filter(Boolean).length;

Deno.test("pictures at their own pace are not old, nor are those that come in small bunches", () => {
  const { come, wait } = camera();
  assert.equal(old(come(1000, 40)), 0);
  for (let i = 0; i < 50; i++) {
    wait(200);
    assert.equal(old(come(5, 0)), 0);
  }
});

Deno.test("of those that waited for four seconds all but the last half second's are old", () => {
  const { come, wait } = camera();
  come(100, 40);
  wait(4000);
  const rush = come(100, 3);
  assert.ok(old(rush) > 80 && old(rush) < 100, `${old(rush)}`);
  assert.equal(rush.lastIndexOf(true), old(rush) - 1);
  assert.equal(old(come(1000, 40)), 0);
});

Deno.test("a source that is set back, or slower from now on, is shown again within half a second", () => {
  const { come, wait, jump } = camera();
  come(100, 40);
  jump(-3_600_000);
  const after = come(100, 40);
  assert.ok(old(after) <= 10 && !after[12], `${old(after)}`);
  // A detour in the network: all comes two seconds later, at its own pace.
  wait(2000);
  const later = come(100, 40);
  assert.ok(old(later) <= 10 && !later[12], `${old(later)}`);
});

Deno.test("one wild time in the future costs no more than that", () => {
  const { come, jump } = camera();
  come(100, 40);
  jump(10_000);
  come(1, 40);
  jump(-10_000);
  assert.ok(old(come(200, 40)) <= 10);
});

Deno.test("a camera's clock that runs slower than ours makes nothing old, in a day", () => {
  const { come } = camera();
  // 200 ppm.
  assert.equal(old(come(24 * 3600 * 25, 40.008)), 0);
});

Deno.test("a camera that begins with what it had kept begins with it", () => {
  const { come } = camera();
  assert.equal(old(come(50, 2)), 0);
  assert.equal(old(come(500, 40)), 0);
});
