import assert from "node:assert/strict";
import type { FrameMask, MaskReason } from "../../src/mask/frame_mask.ts";
import { Guard } from "../../src/pipeline/guard.ts";

const box = { x: 0, y: 0, width: 10, height: 10 };

function mask(reason: MaskReason): FrameMask {
  return { class: "plate", box, rect: box, score: 1, reason, track: reason === "zone" ? null : 3 };
}

function guardAt() {
  const clock = { ms: 0 };
  const guard = new Guard(() => clock.ms);
  /** Lets frames leave for a while, at 25 a second. */
  const frames = (forMs: number, ...reasons: MaskReason[]) => {
    for (const end = clock.ms + forMs; clock.ms < end; clock.ms += 40) {
      guard.left({ covered: false, masks: reasons.map(mask) });
    }
  };
  return { clock, guard, frames, state: () => guard.report().state };
}

Deno.test("Guard is covered until a checked frame leaves, then guarded for a second, then live", () => {
  const { guard, frames, state } = guardAt();
  assert.equal(state(), "covered");
  guard.left({ covered: true, masks: [mask("cover")] });
  assert.equal(state(), "covered");
  frames(40, "detected");
  assert.equal(state(), "guarded");
  frames(920, "detected", "interpolated", "backfilled", "zone");
  assert.equal(state(), "guarded");
  frames(80, "detected");
  assert.equal(state(), "live");
});

Deno.test("Guard.left tells when viewers begin to see the picture and when they no longer do", () => {
  const { guard } = guardAt();
  const cover = { covered: true, masks: [mask("cover")] };
  const shown = { covered: false, masks: [mask("detected")] };
  assert.deepEqual([cover, shown, shown, cover, cover].map((frame) => guard.left(frame)), [
    false,
    true,
    false,
    true,
    false,
  ]);
});

Deno.test("Guard is guarded while a track is held unseen, and for a second after", () => {
  const { frames, state } = guardAt();
  frames(2000, "detected");
  assert.equal(state(), "live");
  frames(40, "detected", "predicted");
  assert.equal(state(), "guarded");
  frames(900, "detected");
  assert.equal(state(), "guarded");
  frames(200, "detected");
  assert.equal(state(), "live");
});

Deno.test("Guard is covered by a covered frame, by a card and by silence", () => {
  const { clock, guard, frames, state } = guardAt();
  frames(2000);
  guard.left({ covered: true, masks: [mask("cover")] });
  assert.equal(state(), "covered");
  frames(2000);
  guard.cover();
  assert.equal(state(), "covered");
  frames(2000);
  clock.ms += 1400;
  assert.equal(state(), "live");
  clock.ms += 200;
  assert.equal(state(), "covered");
  frames(40);
  assert.equal(state(), "guarded");
});

Deno.test("Guard counts tracks, masks held unseen, and the share of frames with any", () => {
  const { clock, guard, frames } = guardAt();
  frames(3000, "detected", "zone");
  frames(1000, "predicted", "predicted", "detected");
  const { tracks, predicted, predictedTotal, risk } = guard.report();
  assert.deepEqual([tracks, predicted, predictedTotal, risk], [3, 2, 50, 0.25]);
  clock.ms += 11_000;
  const later = guard.report();
  assert.deepEqual([later.tracks, later.predicted, later.predictedTotal, later.risk], [
    0,
    0,
    50,
    0,
  ]);
});

Deno.test("Guard tells since when it is in a state", () => {
  const { guard, frames } = guardAt();
  frames(2000);
  const { since } = guard.report();
  frames(2000);
  assert.equal(guard.report().since, since);
});
