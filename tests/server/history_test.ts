import { deepStrictEqual } from "node:assert/strict";
import { History } from "../../src/server/history.ts";
import { fakeStatus } from "./fakes.ts";

Deno.test("history keeps its length of time and no more", () => {
  const history = new History(3);
  for (let second = 0; second < 10; second++) {
    history.record([fakeStatus("gate")], second * 1000);
  }
  deepStrictEqual(history.read(9000).cameras.gate!.map(([timeS]) => timeS), [6, 7, 8, 9]);
});

Deno.test("history forgets a camera that is gone", () => {
  const history = new History();
  history.record([fakeStatus("gate"), fakeStatus("yard")], 0);
  history.record([fakeStatus("yard")], 1000);
  deepStrictEqual(Object.keys(history.read(1000).cameras), ["yard"]);
});
