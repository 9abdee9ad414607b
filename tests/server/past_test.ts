import assert from "node:assert/strict";
import { connectionOf } from "../../src/server/connection.ts";
import type { Sample } from "../../src/server/history.ts";
import { Journal } from "../../src/server/journal.ts";
import { createApp } from "../../src/server/app.ts";
import { pastSchema } from "../../src/server/api_schemas.ts";
import type { CameraStatus } from "../../src/pipeline/status.ts";
import { FakeCamera, FakeDirectory, fakeStatus } from "./fakes.ts";

const quiet = { reconnects: 0, stalls: 0 };
const samples = (fps: number): Sample[] =>
  Array.from({ length: 60 }, (_, second) => [second, fps, fps, 0, 0, 2]);
const sends = (fps: number) =>
  fakeStatus("gate", { fps: { camera: fps, processed: 0, encoded: 0, skipped: 0 } });
const guard = (state: "covered" | "guarded" | "live") => ({ ...fakeStatus("gate").guard, state });

/** What the journal holds after the camera's status was each of these, a second apart. */
function journalOf(...changes: Partial<CameraStatus>[]): Journal {
  const journal = new Journal();
  changes.forEach((each, i) => journal.record([fakeStatus("gate", each)], 1000 * i));
  return journal;
}

Deno.test("the journal notes a lost source, each new reason and the return, once", () => {
  const lost = { state: "retrying", lastError: "connection refused" } as const;
  const journal = journalOf({}, {}, lost, lost, { ...lost, lastError: "no route" }, {}, {});
  assert.deepEqual(journal.entries("gate").map(({ what, why }) => [what, why]), [
    ["live", null],
    ["retrying", "connection refused"],
    ["retrying", "no route"],
    ["live", null],
  ]);
  assert.deepEqual(journal.lastHour("gate"), { reconnects: 1, stalls: 0 });
});

Deno.test("the journal notes when a live picture is covered and shown again, no more", () => {
  const journal = journalOf(
    { guard: guard("covered") },
    { guard: guard("guarded") },
    { guard: guard("live") },
    { guard: guard("guarded") },
    { guard: guard("covered"), lastError: "the detector is late" },
  );
  assert.deepEqual(journal.entries("gate").map(({ what, why }) => [what, why]), [
    ["live", null],
    ["covered", null],
    ["shown", null],
    ["covered", "the detector is late"],
  ]);
});

Deno.test("the journal counts silences of a connected camera, and forgets after an hour", () => {
  const silent = { fps: { camera: 0, processed: 0, encoded: 0, skipped: 0 } };
  const journal = journalOf({}, silent, silent, {}, silent);
  assert.equal(journal.lastHour("gate").stalls, 2);
  journal.record([fakeStatus("gate")], 3_602_000);
  assert.equal(journal.lastHour("gate").stalls, 1);
  journal.record([], 3_603_000);
  assert.deepEqual(journal.entries("gate"), []);
});

Deno.test("a connection is judged by rate, losses and stalls", () => {
  const quality = (fps: number, hour = quiet) =>
    connectionOf(sends(fps), samples(30), hour).quality;
  assert.equal(quality(29), "excellent");
  assert.equal(quality(20), "fair");
  assert.equal(quality(29, { reconnects: 1, stalls: 0 }), "fair");
  assert.equal(quality(29, { reconnects: 0, stalls: 9 }), "fair");
  assert.equal(quality(8), "poor");
  assert.equal(quality(29, { reconnects: 7, stalls: 0 }), "poor");
  assert.equal(quality(0), "unusable");
  assert.equal(quality(29, { reconnects: 11, stalls: 0 }), "unusable");
});

Deno.test("a camera that is new or switched off is not judged", () => {
  assert.equal(connectionOf(sends(30), samples(30).slice(0, 5), quiet).quality, null);
  const off = fakeStatus("gate", { state: "disabled" });
  assert.equal(connectionOf(off, samples(30), quiet).quality, null);
});

Deno.test("a camera's past is served as its schema says", async () => {
  const camera = new FakeCamera("gate");
  const stop = new AbortController();
  const app = createApp({
    cameras: new FakeDirectory(camera),
    version: "1",
    signal: stop.signal,
  });
  try {
    const past = pastSchema.parse(await (await app.request("/api/cameras/gate/history")).json());
    // A second may have passed since it began.
    assert.ok(past.samples.length <= 10, `${past.samples.length} samples`);
    assert.equal((await app.request("/api/cameras/none/history")).status, 404);
    assert.deepEqual(await (await app.request("/api/connections")).json(), [
      { name: "gate", quality: null, expectedFps: null, reconnectsLastHour: 0, stallsLastHour: 0 },
    ]);
  } finally {
    stop.abort();
    await camera.close();
  }
});
