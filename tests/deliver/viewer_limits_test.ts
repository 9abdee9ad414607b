import { strictEqual, throws } from "node:assert/strict";
import { BusyError, ViewerLimits } from "../../src/deliver/viewer_limits.ts";

Deno.test("ViewerLimits refuses more viewers of a camera than it may have, and takes the next after one left", () => {
  const limits = new ViewerLimits({ perCamera: 2, perAddress: 0 });
  const leave = limits.enter("gate", "10.0.0.1");
  limits.enter("gate", "10.0.0.1");
  throws(() => limits.enter("gate", "10.0.0.2"), /'gate' has 2 viewers.*viewers\.perCamera/);
  limits.enter("yard", "10.0.0.2");
  leave();
  leave();
  limits.enter("gate", "10.0.0.2");
  throws(() => limits.enter("gate", ""), BusyError);
});

Deno.test("ViewerLimits counts an address over all cameras", () => {
  const limits = new ViewerLimits({ perCamera: 0, perAddress: 2 });
  limits.enter("gate", "10.0.0.1");
  const leave = limits.enter("yard", "10.0.0.1");
  throws(() => limits.enter("gate", "10.0.0.1"), /from 10\.0\.0\.1 already.*viewers\.perAddress/);
  limits.enter("gate", "10.0.0.2");
  leave();
  limits.enter("gate", "10.0.0.1");
});

Deno.test("ViewerLimits takes 0 as no limit, and does not count addresses that are not known", () => {
  const limits = new ViewerLimits({ perCamera: 0, perAddress: 1 });
  for (let n = 0; n < 100; n++) strictEqual(typeof limits.enter("gate", ""), "function");
});
