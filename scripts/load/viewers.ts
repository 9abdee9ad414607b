/**
 * Viewers of one camera in a process of their own, so that they do not wait for each other on one thread.
 * Connects them one after the other, then prints what they have received, a line of JSON a second, until
 * its input ends.
 *
 *   viewers.ts whep|hls COUNT FIRST-NUMBER CAMERA-URL
 */
import { HlsViewer } from "./hls_viewer.ts";
import type { Totals } from "./totals.ts";
import { WhepViewer } from "./whep_viewer.ts";

const ATTEMPTS = 10, PAUSE_MS = 1000;
const [kind, count, first, camera] = Deno.args as [string, string, string, string];
const whep: WhepViewer[] = [];
const hls: HlsViewer[] = [];
let refused = 0;
for (let n = 0; n < Number(count); n++) {
  if (kind === "hls") {
    const viewer = new HlsViewer(camera, Number(first) + n);
    viewer.start();
    hls.push(viewer);
    continue;
  }
  const viewer = await connected();
  if (viewer) whep.push(viewer);
  else refused++;
}
/** A viewer that is connected, if need be after some attempts; null if none came about. */
async function connected(): Promise<WhepViewer | null> {
  for (let attempt = 1;; attempt++) {
    const viewer = new WhepViewer();
    try {
      await viewer.start(`${camera}/whep`);
      return viewer;
    } catch (error) {
      await viewer.stop();
      if (attempt < ATTEMPTS) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        continue;
      }
      console.error(`Cannot connect a viewer: ${error instanceof Error ? error.message : error}`);
      return null;
    }
  }
}
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
const before = new Map<WhepViewer, number>();
let watching = 0, prints = 0;
const print = () => {
  if (prints++ % 2 === 0) {
    watching = whep.filter((viewer) => viewer.received > (before.get(viewer) ?? 0)).length;
    for (const viewer of whep) before.set(viewer, viewer.received);
  }
  const totals: Totals = {
    refused,
    watching,
    pictures: sum(whep.map((viewer) => viewer.pictures)),
    received: sum(whep.map((viewer) => viewer.received)),
    lost: sum(whep.map((viewer) => viewer.lost)),
    parts: sum(hls.map((viewer) => viewer.parts)),
    skipped: sum(hls.map((viewer) => viewer.skipped)),
    ages: hls.flatMap((viewer) => viewer.takeAges()),
    failures: sum(hls.map((viewer) => viewer.failures)),
    bytes: sum([...whep, ...hls].map((viewer) => viewer.bytes)),
  };
  console.log(JSON.stringify(totals));
};
print();
const timer = setInterval(print, 1000);
for await (const _ of Deno.stdin.readable) { /* until whoever started us ends it */ }
clearInterval(timer);
await Promise.allSettled([...whep, ...hls].map((viewer) => viewer.stop()));
Deno.exit();
