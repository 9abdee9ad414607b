import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { RecordingStore, type Retention } from "../../../src/deliver/recordings/store.ts";

const NOW_MS = Date.UTC(2026, 2, 1, 12, 0, 0);
const NAMES = [9, 10, 11].map((hour) => RecordingStore.nameAt(Date.UTC(2026, 2, 1, hour)));

/** Three files of 1000 bytes, an hour apart, and some that are no recordings. */
async function withStore(
  retention: Retention,
  use: (store: RecordingStore) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/secret.txt`, "secret");
    await Deno.mkdir(`${folder}/2026-03-01T08-00-00.000Z.mp4`);
    for (const [i, name] of NAMES.entries()) {
      await Deno.writeFile(`${folder}/${name}`, new Uint8Array(1000));
      const end = new Date(NOW_MS - (2 - i) * 3600e3);
      await Deno.utime(`${folder}/${name}`, end, end);
    }
    await use(new RecordingStore(folder, retention));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const kept = async (store: RecordingStore) => (await store.list()).map(({ name }) => name);

Deno.test("RecordingStore lists recordings, newest first, and nothing else", () =>
  withStore({ maxAgeHours: 24, maxGigabytes: 1 }, async (store) => {
    const list = await store.list();
    deepStrictEqual(list.map(({ name }) => name), NAMES.toReversed());
    deepStrictEqual(list[0], {
      name: "2026-03-01T11-00-00.000Z.mp4",
      start: "2026-03-01T11:00:00.000Z",
      end: "2026-03-01T12:00:00.000Z",
      bytes: 1000,
    });
    deepStrictEqual(
      await new RecordingStore("/nowhere", { maxAgeHours: 1, maxGigabytes: 1 }).list(),
      [],
    );
  }));

Deno.test("RecordingStore opens recordings by name and nothing else", () =>
  withStore({ maxAgeHours: 24, maxGigabytes: 1 }, async (store) => {
    const found = (await store.open(NAMES[0]!))!;
    strictEqual(found.bytes, 1000);
    found.file.close();
    const wrong = [
      "secret.txt",
      "../secret.txt",
      `../${NAMES[0]}`,
      `${NAMES[0]}/`,
      `x${NAMES[0]}`,
      `${NAMES[0]}\n`,
      "2026-03-01T07-00-00.000Z.mp4",
      "2026-03-01T08-00-00.000Z.mp4",
      "",
      ".",
    ];
    for (const name of wrong) strictEqual(await store.open(name), null, name);
  }));

Deno.test("RecordingStore removes what is too old, but not what is being written", () =>
  withStore({ maxAgeHours: 1.5, maxGigabytes: 1 }, async (store) => {
    await store.prune(NAMES[0]!, NOW_MS);
    deepStrictEqual(await kept(store), NAMES.toReversed());
    await store.prune(null, NOW_MS);
    deepStrictEqual(await kept(store), [NAMES[2], NAMES[1]]);
    ok((await Deno.stat(`${store.folder}/secret.txt`)).isFile);
  }));

Deno.test("RecordingStore removes the oldest of what is too much", () =>
  withStore({ maxAgeHours: 24, maxGigabytes: 1500e-9 }, async (store) => {
    await store.prune(null, NOW_MS);
    deepStrictEqual(await kept(store), [NAMES[2]]);
    strictEqual(await store.removeOldest(NAMES[2]!), false);
    strictEqual(await store.removeOldest(null), true);
    deepStrictEqual(await kept(store), []);
  }));
