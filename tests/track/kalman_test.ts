import assert from "node:assert/strict";
import { KalmanAxis } from "../../src/track/kalman.ts";

const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, expected ${expected}`);

Deno.test("KalmanAxis learns a constant velocity and keeps to it", () => {
  const axis = new KalmanAxis(100, 2, 50, 300);
  for (let i = 1; i <= 60; i++) {
    axis.predict(1 / 30);
    axis.correct(100 + 90 * i / 30 + (i % 2 ? 1 : -1));
  }
  near(axis.velocity, 90, 6);
  near(axis.position, 280, 1.5);
  axis.predict(0.5);
  near(axis.position, 325, 4);
});

Deno.test("KalmanAxis grows less sure while nothing is seen and surer when it is", () => {
  const axis = new KalmanAxis(0, 2, 50, 100);
  assert.equal(axis.sigma, 2);
  let before = axis.sigma;
  for (let i = 0; i < 10; i++) {
    axis.predict(0.04);
    assert.ok(axis.sigma > before);
    before = axis.sigma;
  }
  axis.correct(0);
  assert.ok(axis.sigma < before && axis.sigma < 2);
});

Deno.test("KalmanAxis is as unsure after one long step as after many short ones", () => {
  const once = new KalmanAxis(0, 2, 0, 100), often = new KalmanAxis(0, 2, 0, 100);
  once.predict(0.4);
  for (let i = 0; i < 10; i++) often.predict(0.04);
  near(once.sigma, often.sigma, 1e-9);
});

Deno.test("KalmanAxis follows a sure measurement more than an unsure one", () => {
  const place = (sigma: number) => {
    const axis = new KalmanAxis(0, 5, 0, 0);
    axis.correct(10, sigma);
    return axis.position;
  };
  near(place(5), 5, 1e-9);
  assert.ok(place(1) > 9 && place(50) < 1);
});

Deno.test("KalmanAxis stands still when no time passes", () => {
  const axis = new KalmanAxis(7, 2, 50, 100);
  axis.predict(0);
  assert.equal(axis.position, 7);
  assert.equal(axis.sigma, 2);
});

Deno.test("KalmanAxis takes over a velocity it is told, and is surer of where it will be", () => {
  const told = new KalmanAxis(0, 2, 50, 100), alone = new KalmanAxis(0, 2, 50, 100);
  told.steer(60, 1);
  near(told.velocity, 60, 0.1);
  for (const axis of [told, alone]) axis.predict(0.5);
  near(told.position, 30, 0.1);
  assert.ok(told.sigma < alone.sigma / 2);
});
