import assert from "node:assert/strict";
import { Backoff } from "../../src/source/backoff.ts";

Deno.test("Backoff doubles from a second to thirty", () => {
  const backoff = new Backoff(() => 0.5);
  const pauses = Array.from({ length: 8 }, () => backoff.nextMs());
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  assert.equal(backoff.attempts, 8);
});

Deno.test("Backoff starts over after a success", () => {
  const backoff = new Backoff(() => 0.5);
  backoff.nextMs(), backoff.nextMs();
  backoff.reset();
  assert.equal(backoff.attempts, 0);
  assert.equal(backoff.nextMs(), 1000);
});

Deno.test("Backoff spreads its pauses by a fifth either way", () => {
  assert.equal(new Backoff(() => 0).nextMs(), 800);
  assert.equal(new Backoff(() => 0.999999).nextMs(), 1200);
});

Deno.test("Backoff stays finite after days of failures", () => {
  const backoff = new Backoff(() => 0.5);
  for (let i = 0; i < 5000; i++) backoff.nextMs();
  assert.equal(backoff.nextMs(), 30_000);
});
