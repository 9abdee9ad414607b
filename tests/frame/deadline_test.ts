import assert from "node:assert/strict";
import { DeadlineError, pause, withDeadline } from "../../src/frame/deadline.ts";
import { FakeTimers } from "../deliver/fake_timers.ts";

Deno.test("withDeadline gives what comes in time and leaves no timer", async () => {
  using timers = new FakeTimers();
  assert.equal(await withDeadline(Promise.resolve(7), 100, "late"), 7);
  assert.equal(timers.pending, 0);
});

Deno.test("withDeadline passes on a failure that comes in time and leaves no timer", async () => {
  using timers = new FakeTimers();
  await assert.rejects(withDeadline(Promise.reject(new TypeError("no")), 100, "late"), TypeError);
  assert.equal(timers.pending, 0);
});

Deno.test("withDeadline fails at the deadline and not before, and ignores what comes after", async () => {
  using timers = new FakeTimers();
  const { promise, reject } = Promise.withResolvers<void>();
  let settled = false;
  const waiting = withDeadline(promise, 100, "the encoder hangs").finally(() => settled = true);
  waiting.catch(() => {});
  timers.advance(99);
  await Promise.resolve().then(() => {}).then(() => {});
  assert.equal(settled, false);
  timers.advance(1);
  await assert.rejects(waiting, (error) => {
    assert.ok(error instanceof DeadlineError);
    assert.equal(error.message, "the encoder hangs");
    return true;
  });
  // An unhandled rejection here would fail the test run.
  reject(new Error("too late"));
});

Deno.test("pause lasts its time", async () => {
  using timers = new FakeTimers();
  let over = false;
  const waiting = pause(100, new AbortController().signal).then(() => over = true);
  timers.advance(99);
  await Promise.resolve();
  assert.equal(over, false);
  timers.advance(1);
  await waiting;
});

Deno.test("pause ends at once when aborted, before or meanwhile, and leaves no timer", async () => {
  using timers = new FakeTimers();
  await pause(100, AbortSignal.abort());
  const stop = new AbortController();
  const waiting = pause(100, stop.signal);
  assert.equal(timers.pending, 1);
  stop.abort();
  await waiting;
  assert.equal(timers.pending, 0);
});
