import assert from "node:assert/strict";
import { CardShow } from "../../src/pipeline/card_show.ts";
import { OutputClock } from "../../src/pipeline/output_clock.ts";
import { FakeTimers } from "../deliver/fake_timers.ts";

/** Cards that were encoded, and how to let time pass for them. */
function shown() {
  const timers = new FakeTimers();
  const timesUs: number[] = [];
  const encoder = {
    size: { width: 64, height: 64 },
    encode(_: unknown, timeUs: number) {
      timesUs.push(timeUs);
      return Promise.resolve();
    },
  };
  const card = new CardShow(
    encoder as unknown as ConstructorParameters<typeof CardShow>[0],
    new OutputClock(),
  );
  /** Gives how many cards came. */
  const pass = async (ms: number) => {
    const before = timesUs.length;
    for (let passed = 0; passed < ms; passed += 10) {
      timers.advance(10);
      // The next card waits until this one is with the encoder.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    }
    return timesUs.length - before;
  };
  return { card, pass, timers };
}

Deno.test("a card fills a browser's buffer at once, and then comes five times a second", async () => {
  const { card, pass, timers } = shown();
  using _ = timers;
  for (const outage of ["the first", "the second"]) {
    card.show("CAMERA OFFLINE", "gate");
    const first = await pass(1500);
    assert.ok(first >= 25 && first <= 31, `${first} in 1.5 s, ${outage}`);
    // Other words are no other outage.
    card.show("CAMERA OFFLINE SINCE", "gate");
    await pass(500);
    assert.equal(await pass(4000), 20, outage);
    await card.hide();
    assert.equal(await pass(1000), 0, outage);
  }
});
