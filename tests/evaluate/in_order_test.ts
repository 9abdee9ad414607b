import assert from "node:assert/strict";
import { inOrder } from "../../src/evaluate/in_order.ts";

Deno.test("inOrder gives results in the items' order, whichever is done first", async () => {
  const gates = [0, 1, 2].map(() => Promise.withResolvers<string>());
  const results = inOrder([0, 1, 2], 3, (i) => gates[i].promise);
  const first = results.next();
  gates[2].resolve("c");
  gates[1].resolve("b");
  gates[0].resolve("a");
  assert.equal((await first).value, "a");
  assert.deepEqual(await Array.fromAsync(results), ["b", "c"]);
});

Deno.test("inOrder has no more under way than it was told", async () => {
  let running = 0, most = 0;
  const work = async (i: number) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    running--;
    return i;
  };
  const items = Array.from({ length: 20 }, (_, i) => i);
  assert.deepEqual(await Array.fromAsync(inOrder(items, 3, work)), items);
  assert.ok(most > 1 && most <= 3, `${most}`);
});

Deno.test("inOrder throws what the work throws, in its place", async () => {
  const results = inOrder(
    [1, 2],
    2,
    (i) => i === 2 ? Promise.reject(new Error("two")) : Promise.resolve(i),
  );
  assert.equal((await results.next()).value, 1);
  await assert.rejects(results.next(), /two/);
});
