/**
 * Many viewers of one camera: starts the service with the demo clip, lets them watch for a while over
 * loopback, and prints what it took and what was lost.
 *
 *   deno task load [--whep 100] [--hls 200] [--seconds 60] [--source demo]
 */
import { parseArgs } from "node:util";
import { cpuTime, memoryMb, processTree } from "./bench/process_use.ts";
import { Service } from "./bench/service.ts";
import type { Totals } from "./load/totals.ts";
import { ViewerProcess } from "./load/viewer_process.ts";

type Sums = Omit<Totals, "ages">;

const { values } = parseArgs({
  options: {
    whep: { type: "string", default: "100" },
    hls: { type: "string", default: "200" },
    seconds: { type: "string", default: "60" },
    source: { type: "string", default: "demo" },
  },
});
const whepCount = Number(values.whep), hlsCount = Number(values.hls);
const seconds = Number(values.seconds);

/** Viewers of a process. */
const WHEP_EACH = 25, HLS_EACH = 50;

const config = await Deno.makeTempFile({ suffix: ".yaml" });
await Deno.writeTextFile(
  config,
  `viewers: { perCamera: 0, perAddress: 0 }\ncameras: { load: ${JSON.stringify(values.source)} }\n`,
);
const service = await Service.start(["--config", config]);
const processes: ViewerProcess[] = [];
try {
  const camera = `${service.url}cameras/load`;
  while ((await service.statuses())[0]!.state !== "live") await sleep(500);
  await sleep(3000);
  console.log(`no viewers:        ${(await measure(Math.min(10, seconds))).text}`);
  for (let n = 0; n < hlsCount; n += HLS_EACH) {
    processes.push(await ViewerProcess.start("hls", Math.min(HLS_EACH, hlsCount - n), n, camera));
  }
  for (let n = 0; n < whepCount; n += WHEP_EACH) {
    const count = Math.min(WHEP_EACH, whepCount - n);
    processes.push(await ViewerProcess.start("whep", count, n, camera));
  }
  // What a new viewer is sent to begin with is not what it costs.
  await sleep(3000);
  const before = totals(), fullBefore = fullBuffers(), skippedBefore = await skipped();
  takeAges();
  const { text, serviceMs } = await measure(seconds);
  const after = totals(), fullAfter = fullBuffers(), skippedAfter = await skipped();
  const { viewers } = (await service.statuses())[0]!;
  console.log(`viewers:           ${viewers.webrtc} WebRTC, ${viewers.hls} HLS`);
  console.log(`with viewers:      ${text}`);
  const packets = after.whep.received - before.whep.received;
  const lost = after.whep.lost - before.whep.lost;
  const megabits = (bytes: number) => `${(bytes * 8e-6 / seconds).toFixed(1)} Mbit/s`;
  console.log(
    `WebRTC:            ${packets} packets, ${lost} lost ` +
      `(${(100 * lost / Math.max(1, packets + lost)).toFixed(3)} %; ` +
      `${fullAfter - fullBefore} datagrams found a full socket buffer on this machine), ` +
      megabits(after.whep.bytes - before.whep.bytes) +
      `, ${after.whep.watching} viewers still watch, ${after.whep.refused} did not get in`,
  );
  const pictures = (after.whep.pictures - before.whep.pictures) / seconds;
  console.log(
    `                   ${(pictures / Math.max(1, whepCount)).toFixed(1)} pictures/s each, ` +
      `${skippedAfter - skippedBefore} skipped in all`,
  );
  const parts = after.hls.parts - before.hls.parts;
  const ages = takeAges().toSorted((a, b) => a - b);
  const age = (share: number) => ages[Math.floor(ages.length * share)] ?? NaN;
  console.log(
    `HLS:               ${parts} parts (${
      (parts / Math.max(1, hlsCount) / seconds).toFixed(2)
    } a second each), ` +
      `${after.hls.skipped - before.hls.skipped} skipped, ` +
      `come ${age(0.5).toFixed(0)} ms after their end at the camera (p95 ${
        age(0.95).toFixed(0)
      }), ` +
      `${after.hls.failures - before.hls.failures} failures, ` +
      megabits(after.hls.bytes - before.hls.bytes),
  );
  console.log(`service:           ${(serviceMs / seconds / 1000).toFixed(2)} CPU s a second`);
} finally {
  await Promise.allSettled(processes.map((viewers) => viewers.stop()));
  await service.stop();
  await Deno.remove(config);
}
Deno.exit();

/** What the service and the viewers use over so many seconds, and how the camera fares meanwhile. */
async function measure(seconds: number): Promise<{ text: string; serviceMs: number }> {
  const since = performance.now();
  const [ours, theirs] = [cpuMs(service.pid), viewersMs()];
  const dropped = (await service.statuses())[0]!.dropped;
  const answersMs: number[] = [];
  while (performance.now() - since < seconds * 1000) {
    const askedMs = performance.now();
    await (await fetch(`${service.url}healthz`)).body?.cancel();
    answersMs.push(performance.now() - askedMs);
    await sleep(250);
  }
  answersMs.sort((a, b) => a - b);
  const answer = (q: number) => answersMs[Math.floor(q * (answersMs.length - 1))]!.toFixed(0);
  const share = (ms: number) => (100 * ms / (performance.now() - since)).toFixed(0);
  const serviceMs = cpuMs(service.pid) - ours;
  const memory = processTree(service.pid).reduce((sum, pid) => sum + memoryMb(pid), 0);
  const status = (await service.statuses())[0]!;
  const text = `${share(serviceMs)} % of a core, ${memory.toFixed(0)} MB, ` +
    `${status.fps.encoded} pictures/s, ${status.dropped - dropped} dropped; ` +
    `the viewers ${share(viewersMs() - theirs)} % of a core; ` +
    `a request takes ${answer(0.5)} ms (median), ${answer(0.95)} ms (p95)`;
  return { text, serviceMs };
}

function viewersMs(): number {
  return processes.reduce((sum, { pid }) => sum + cpuMs(pid), 0);
}

function cpuMs(root: number): number {
  return processTree(root).reduce((sum, pid) => {
    const time = cpuTime(pid);
    return sum + (time ? time.user + time.system : 0);
  }, 0);
}

function totals(): Record<"whep" | "hls", Sums> {
  const sum = (kind: "whep" | "hls"): Sums => {
    const all: Sums = {
      refused: 0,
      watching: 0,
      pictures: 0,
      received: 0,
      lost: 0,
      parts: 0,
      skipped: 0,
      failures: 0,
      bytes: 0,
    };
    for (const { kind: own, totals } of processes) {
      if (own !== kind) continue;
      for (const key of Object.keys(all) as (keyof Sums)[]) all[key] += totals[key];
    }
    return all;
  };
  return { whep: sum("whep"), hls: sum("hls") };
}

/** Pictures that the service did not send to WHEP viewers since it had no time. */
async function skipped(): Promise<number> {
  const metrics = await (await fetch(`${service.url}metrics`)).text();
  return Number(/^bokashi_viewer_pictures_skipped_total\{.*\} (\d+)$/m.exec(metrics)?.[1]);
}

/** See `Totals`: of all viewers, since the last call. */
function takeAges(): number[] {
  return processes.flatMap((viewers) => viewers.takeAges());
}

/** UDP datagrams that this machine threw away since its receiver had not read those before; Linux. */
function fullBuffers(): number {
  try {
    const lines = Deno.readTextFileSync("/proc/net/snmp").split("\n")
      .filter((line) => line.startsWith("Udp:")).map((line) => line.split(" "));
    return Number(lines[1]![lines[0]!.indexOf("RcvbufErrors")]);
  } catch {
    return NaN;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
