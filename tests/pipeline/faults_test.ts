/**
 * Faults at every seam of a running camera, by the pixels of what left it. Everything that is served
 * is made of these access units and nothing else: see `tests/house_test.ts`.
 */
import assert from "node:assert/strict";
import { ffmpeg } from "../frame/streams.ts";
import { withFolder } from "../source/clips.ts";
import { until } from "../wait.ts";
import { type Answer, FaultyCamera } from "./faulty_camera.ts";
import { plateClip, type Shown, shown } from "./plate_clip.ts";

/** The question from which on the detector is at fault: by then the plate is well known. */
const FROM = 15;

function count(seen: readonly Shown[], what: Shown): number {
  return seen.filter((each) => each === what).length;
}

const hidden = (most: number) => (seen: readonly Shown[]) => count(seen, "hidden") > most;
const nothing = (most: number) => (seen: readonly Shown[]) => count(seen, "nothing") > most;

/** Runs the clip through a camera; nothing that leaves it may be bare. */
async function survive(
  answer: Answer | undefined,
  meanwhile: (camera: FaultyCamera) => Promise<void>,
): Promise<Shown[]> {
  return await withFolder(async (folder) => {
    await plateClip(`${folder}/plate.mp4`);
    const camera = new FaultyCamera(`${folder}/plate.mp4`);
    if (answer) camera.attach(answer);
    let seen: Shown[] = [];
    try {
      await meanwhile(camera);
    } finally {
      seen = await camera.end();
    }
    assert.equal(count(seen, "bare"), 0, seen.join());
    return seen;
  });
}

/** The same, with a detector that answers honestly until the fault. */
const faulty = (answer: Answer, meanwhile: (camera: FaultyCamera) => Promise<void>) =>
  survive(
    (call, honest, covered) => call < FROM ? honest : answer(call, honest, covered),
    meanwhile,
  );

/** Waits until the camera leaves its pictures covered, and for some of these pictures. */
async function untilCovered(camera: FaultyCamera): Promise<void> {
  await camera.until(() => camera.loop.status().covered > 5);
  await camera.more(15);
  await camera.shows(nothing(5));
}

Deno.test("the clip's plate is bare before it is masked, in each of its frames", async () => {
  await withFolder(async (folder) => {
    await plateClip(`${folder}/plate.mp4`, { seconds: 1 });
    const raw = await ffmpeg(["-i", `${folder}/plate.mp4`, "-f", "rawvideo", "pipe:1"]);
    const bytes = 640 * 360 * 3 / 2;
    for (let at = 0; at < raw.length; at += bytes) {
      assert.equal(shown(raw.subarray(at, at + bytes), 640, 360), "bare");
    }
  });
});

Deno.test("a camera whose detector works shows the picture with the plate hidden", async () => {
  const seen = await survive((_, honest) => honest, async (camera) => {
    await camera.shows(hidden(40));
    await camera.until(() => ["guarded", "live"].includes(camera.loop.status().guard.state));
  });
  assert.ok(count(seen, "hidden") > 40, seen.join());
});

Deno.test("a camera without a detector shows nothing", async () => {
  const seen = await survive(undefined, async (camera) => {
    await camera.more(20);
    assert.equal(camera.loop.status().guard.state, "covered");
  });
  assert.equal(count(seen, "nothing"), seen.length);
});

Deno.test("throw: frames whose detection fails leave covered, and the picture comes back", async () => {
  const seen = await faulty(
    (call, honest) => call < FROM + 8 ? { id: honest.id, error: "out of memory" } : honest,
    async (camera) => {
      await camera.until(() => camera.calls > FROM + 20);
      await camera.shows((seen) => /nothing(,hidden){5}/.test(seen.join()) && hidden(10)(seen));
    },
  );
  assert.ok(seen.includes("nothing") && count(seen, "hidden") > 10, seen.join());
});

Deno.test("hang: a detector that stops answering leaves the picture covered, before it is given up", async () => {
  let before = -1;
  const seen = await survive((call, honest, covered) => {
    if (call < FROM) return honest;
    if (before < 0) before = covered;
    return null;
  }, async (camera) => {
    await camera.until(() => camera.calls >= FROM && camera.stalled);
    assert.ok(camera.coveredWhenStalled > before + 8, `${before}, ${camera.coveredWhenStalled}`);
    assert.equal(camera.loop.status().guard.state, "covered");
    await camera.shows(nothing(5));
  });
  assert.ok(count(seen, "nothing") > 5, seen.join());
});

Deno.test("NaN: frames with a place that is not a number leave covered", async () => {
  const box = { x: NaN, y: 0.5, width: 0.1, height: 0.1 };
  const seen = await faulty(
    (_, { id }) => ({ id, detections: [{ label: "plate", score: 0.9, box }], inferenceMs: 1 }),
    untilCovered,
  );
  assert.ok(count(seen, "nothing") > 5, seen.join());
});

Deno.test("empty: a plate that is missed for a while stays hidden where it is going", async () => {
  // Six frames at a time, a quarter of a second, with those that a busy machine leaves out. Where it has left out so many that
  // the track may be lost, the plate is made well known again first.
  let missed = 0, inRow = 0, known = 0, leftOutBefore = 0;
  let leftOut = () => 0;
  const seen = await faulty(
    (_, honest) => {
      const unseen = inRow + 1 + leftOut() - leftOutBefore;
      if (unseen > 12) known = 0;
      if (known >= FROM && unseen <= 6) {
        missed++;
        inRow++;
        return { ...honest, detections: [] };
      }
      known++;
      inRow = 0;
      leftOutBefore = leftOut();
      return honest;
    },
    async (camera) => {
      leftOut = () => camera.loop.status().dropped + camera.loop.status().covered;
      await camera.until(() => missed > 25);
      await camera.shows(hidden(25));
    },
  );
  assert.ok(count(seen, "hidden") > 25, seen.join());
});

Deno.test("stale: the answer to an older frame is no answer for a newer one", async () => {
  const seen = await faulty(
    (_, honest) => ({ ...honest, id: honest.id - 2 }),
    untilCovered,
  );
  assert.ok(count(seen, "nothing") > 5, seen.join());
});

const COVERED_BETWEEN = /hidden(,nothing)+,hidden/;

Deno.test("Worker death: covered until another one is there, then the picture again", async () => {
  const seen = await survive(undefined, async (camera) => {
    const first = camera.attach((call, honest) => call < FROM ? honest : null);
    await camera.until(() => camera.calls > FROM);
    await camera.shows(hidden(0));
    camera.loop.detector.detach(first);
    const { covered } = camera.loop.status();
    await camera.until(() => camera.loop.status().covered > covered + 5);
    camera.attach();
    await camera.until(() => camera.calls > FROM + 20);
    await camera.shows((seen) => COVERED_BETWEEN.test(seen.join()));
  });
  // Covered in the middle, not only before the first Worker was there.
  assert.match(seen.join(), COVERED_BETWEEN);
});

Deno.test("overload: in the end the decoder itself leaves frames out, and what leaves is checked", async () => {
  const seen = await survive((_, honest) => honest, async (camera) => {
    await camera.until(() => camera.units.length > FROM);
    camera.slowMs = 400;
    // Of the steps 1, 2, 3, 4, 6, 10 the fifth.
    await camera.until(() => camera.loop.status().loadStep === 4);
    camera.slowMs = 0;
    // It may go a step further, and comes back when there is time again.
    await until(
      "every sixth picture of 25 a second, those left out told of as the camera's",
      () => {
        const { state, fps, loadStep } = camera.loop.status();
        const times = camera.units.slice(-6).map(({ timeUs }) => timeUs);
        return {
          state,
          fps: fps.camera,
          loadStep,
          steps: times.slice(1).map((t, i) => t - times[i]),
        };
      },
      ({ state, fps, loadStep, steps }) =>
        state === "live" && fps > 20 && loadStep === 4 &&
        steps.every((stepUs) => Math.abs(stepUs - 6e6 / 25) < 2000),
    );
    // But for a machine that stood still for longer than a camera may.
    const lost = camera.log.filter((line) => /^Lost camera .*it sent no picture/.test(line)).length;
    assert.equal(camera.loop.counts().connections - lost, 1, camera.log.join("; "));
    await camera.shows(hidden(FROM));
  });
  assert.ok(count(seen, "hidden") > FROM, seen.join());
});

Deno.test({
  name: "encoder death: the next encoder gets masked pictures only",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    let generations: number[] = [];
    const seen = await survive((_, honest) => honest, async (camera) => {
      await camera.more(20);
      await camera.until(() => encoders().length > 0);
      for (const pid of encoders()) Deno.kill(pid, "SIGKILL");
      await camera.until(() => camera.units.at(-1)!.generation > 1);
      await camera.shows(hidden(20));
      generations = camera.units.map(({ generation }) => generation);
    });
    assert.ok(new Set(generations).size > 1);
    assert.ok(count(seen, "hidden") > 20, seen.join());
  },
});

Deno.test("resolution change in mid-stream: hidden in the one size and in the other", async () => {
  await withFolder(async (folder) => {
    await plateClip(`${folder}/wide.ts`, { seconds: 2 });
    await plateClip(`${folder}/tall.ts`, { width: 360, height: 640, seconds: 2 });
    const both = `${folder}/both.ts`;
    for (const name of ["wide", "tall"]) {
      await Deno.writeFile(both, await Deno.readFile(`${folder}/${name}.ts`), { append: true });
    }
    const camera = new FaultyCamera(both);
    camera.attach();
    let seen: Shown[] = [];
    try {
      await camera.more(90);
      await camera.shows(hidden(70));
    } finally {
      seen = await camera.end();
    }
    assert.equal(count(seen, "bare"), 0, seen.join());
    assert.ok(count(seen, "hidden") > 70, seen.join());
  });
});

/** Process ids of this process's encoders. */
function encoders(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    try {
      const parent = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) . /s, "");
      return Number(parent.split(" ")[0]) === Deno.pid &&
        Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("libx264");
    } catch {
      // Not a process, or one that has ended.
      return false;
    }
  });
}
