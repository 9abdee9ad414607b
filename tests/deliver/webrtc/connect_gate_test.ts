import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { BusyError } from "../../../src/deliver/viewer_limits.ts";
import { ConnectGate } from "../../../src/deliver/webrtc/connect_gate.ts";
import { FakeTimers } from "../fake_timers.ts";

/** Lets what has been resolved go on. */
const settle = async () => {
  for (let n = 0; n < 10; n++) await Promise.resolve();
};

Deno.test("ConnectGate lets so many in at once, the others in the order in which they came", async () => {
  using time = new FakeTimers();
  const gate = new ConnectGate({ atOnce: 2 });
  const inside: string[] = [];
  const leave: Record<string, () => void> = {};
  for (const name of ["a", "b", "c", "d"]) {
    gate.enter().then((done) => {
      inside.push(name);
      leave[name] = done;
    });
  }
  await settle();
  deepStrictEqual(inside, ["a", "b"]);
  leave.a!();
  leave.a!();
  await settle();
  deepStrictEqual(inside, ["a", "b", "c"]);
  leave.b!();
  await settle();
  deepStrictEqual(inside, ["a", "b", "c", "d"]);
  leave.c!();
  leave.d!();
  strictEqual(time.pending, 0);
});

Deno.test("ConnectGate does not wait for one that does not go on", async () => {
  using time = new FakeTimers();
  const gate = new ConnectGate({ atOnce: 1, holdMs: 1000 });
  await gate.enter();
  let entered = false;
  const next = gate.enter().then((done) => {
    entered = true;
    done();
  });
  await settle();
  strictEqual(entered, false);
  time.advance(1000);
  await next;
});

Deno.test("ConnectGate turns away who waits too long, or behind too many", async () => {
  using time = new FakeTimers();
  const gate = new ConnectGate({ atOnce: 1, holdMs: 60_000, maxWaiting: 1, maxWaitMs: 3000 });
  const leave = await gate.enter();
  const waiting = rejects(gate.enter(), BusyError);
  await rejects(gate.enter(), BusyError);
  time.advance(3000);
  await waiting;
  leave();
  // Nobody who has gone takes a place.
  (await gate.enter())();
  strictEqual(time.pending, 0);
});
