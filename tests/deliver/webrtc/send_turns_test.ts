import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { SendTurns } from "../../../src/deliver/webrtc/send_turns.ts";

const busy = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

Deno.test("SendTurns lets each have a turn before one has its second", async () => {
  const turns = new SendTurns();
  const order: string[] = [];
  const done = Promise.withResolvers<void>();
  for (const name of ["a", "b", "c"]) {
    let left = 3;
    turns.ask(() => {
      order.push(name);
      if (order.length === 9) done.resolve();
      return --left > 0;
    });
  }
  await done.promise;
  deepStrictEqual(order, ["a", "b", "c", "a", "b", "c", "a", "b", "c"]);
});

Deno.test("SendTurns gives one that asks twice one turn, and none to one that was forgotten", async () => {
  const turns = new SendTurns();
  let one = 0, other = 0;
  const turn = () => {
    one++;
    return false;
  };
  const forgotten = () => {
    other++;
    return false;
  };
  turns.ask(turn);
  turns.ask(turn);
  turns.ask(forgotten);
  turns.forget(forgotten);
  await new Promise<void>((resolve) => turns.ask(() => (resolve(), false)));
  strictEqual(one, 1);
  strictEqual(other, 0);
});

Deno.test("SendTurns lets datagrams come in while there is more to send than time", async () => {
  // Each turn takes a millisecond by this clock, and all else no time: slices are of four turns, however busy the machine.
  let nowMs = 0;
  const turns = new SendTurns(() => nowMs);
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  let sending = true, turnsTaken = 0;
  turns.ask(() => {
    busy(1);
    nowMs++;
    turnsTaken++;
    return sending;
  });
  // Each answered by the next: as many rounds of the event loop as datagrams.
  let received = 0;
  const began = turnsTaken;
  await new Promise<void>((resolve) => {
    socket.on("message", () => {
      if (++received === 20) resolve();
      else socket.send("next", port, "127.0.0.1");
    });
    socket.send("first", port, "127.0.0.1");
  });
  sending = false;
  // Where the sockets are not looked at between slices, each waits for some 60 of them, of four turns.
  ok((turnsTaken - began) / 20 < 60, `${turnsTaken - began} turns`);
  await new Promise<void>((resolve) => socket.close(resolve));
});

Deno.test("SendTurns sends longer at a time where all else takes long", async () => {
  let nowMs = 0;
  const turns = new SendTurns(() => nowMs);
  const atMs: number[] = [];
  const done = Promise.withResolvers<void>();
  turns.ask(() => {
    atMs.push(nowMs);
    nowMs += 1;
    if (nowMs < 400) return true;
    done.resolve();
    return false;
  });
  // Something else takes 50 ms in each round.
  const others = setInterval(() => nowMs += 50, 0);
  await done.promise;
  clearInterval(others);
  // Where it paused, and how long; the slice after the last pause is cut short.
  const pauses = atMs.flatMap((at, i) => i > 0 && at - atMs[i - 1]! > 1 ? [i] : []);
  ok(pauses.length > 1);
  for (const [n, i] of pauses.slice(0, -1).entries()) {
    const pauseMs = atMs[i]! - atMs[i - 1]! - 1, turnsTaken = pauses[n + 1]! - i;
    ok(turnsTaken >= Math.min(pauseMs / 2, 40), `${turnsTaken} turns after ${pauseMs} ms`);
  }
});
