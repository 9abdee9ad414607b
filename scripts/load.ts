/**
 * Many viewers of one camera: starts the service with the demo clip, lets them watch for a while over
 * loopback, and prints what it took and what was lost.
 *
 *   deno task load [--whep 100] [--hls 200] [--seconds 60] [--source demo]
 */
import { parseArgs } from "node:util";
import { cpuTime, memoryMb, processTree } from "./bench/process_use.ts";
import { Service } from "./bench/service.ts";
import { HlsViewer } from "./load/hls_viewer.ts";
import { WhepViewer } from "./load/whep_viewer.ts";

const { values } = parseArgs({
  options: {
    whep: { type: "string", default: "100" },
    hls: { type: "string", default: "200" },
    seconds: { type: "string", default: "60" },
    source: { type: "string", default: "demo" },
  },
});
const [whepCount, hlsCount, seconds] = [values.whep, values.hls, values.seconds].map(Number) as [
  number,
  number,
  number,
];

const config = await Deno.makeTempFile({ suffix: ".yaml" });
await Deno.writeTextFile(
  config,
  `viewers: { perCamera: 0, perAddress: 0 }\ncameras: { load: ${JSON.stringify(values.source)} }\n`,
);
const service = await Service.start(["--config", config]);
const whep: WhepViewer[] = [];
const hls: HlsViewer[] = [];
try {
  const camera = `${service.url}cameras/load`;
  while ((await service.statuses())[0]!.state !== "live") await sleep(500);
  await sleep(3000);
  const alone = await measure(Math.min(10, seconds));
  console.log(`no viewers:        ${alone}`);
  for (let n = 0; n < hlsCount; n++) {
    const viewer = new HlsViewer(n);
    viewer.start(`${camera}/hls/live.m3u8`);
    hls.push(viewer);
  }
  for (let n = 0; n < whepCount; n++) {
    const viewer = new WhepViewer();
    await viewer.start(`${camera}/whep`);
    whep.push(viewer);
  }
  const { viewers } = (await service.statuses())[0]!;
  console.log(`viewers:           ${viewers.webrtc} WebRTC, ${viewers.hls} HLS`);
  const before = totals();
  const use = await measure(seconds);
  const after = totals();
  console.log(`with viewers:      ${use}`);
  const packets = after.received - before.received;
  const lost = after.lost - before.lost;
  const megabits = (bytes: number) => `${(bytes * 8e-6 / seconds).toFixed(1)} Mbit/s`;
  console.log(
    `WebRTC:            ${packets} packets, ${lost} lost ` +
      `(${(100 * lost / Math.max(1, packets + lost)).toFixed(3)} %), ` +
      megabits(after.whepBytes - before.whepBytes),
  );
  const expected = hlsCount * seconds * 5;
  console.log(
    `HLS:               ${after.parts - before.parts} parts of about ${expected}, ` +
      `${after.failures - before.failures} failures, ${megabits(after.hlsBytes - before.hlsBytes)}`,
  );
} finally {
  await Promise.allSettled([...whep, ...hls].map((viewer) => viewer.stop()));
  await service.stop();
  await Deno.remove(config);
}
Deno.exit();

/** What the service and its processes use over so many seconds, and how the camera fares meanwhile. */
async function measure(seconds: number): Promise<string> {
  const since = performance.now();
  const before = cpuMs();
  const dropped = (await service.statuses())[0]!.dropped;
  await sleep(seconds * 1000);
  const share = 100 * (cpuMs() - before) / (performance.now() - since);
  const memory = processTree(service.pid).reduce((sum, pid) => sum + memoryMb(pid), 0);
  const status = (await service.statuses())[0]!;
  return `${share.toFixed(0)} % of a core, ${memory.toFixed(0)} MB, ` +
    `${status.fps.encoded} pictures/s, ${status.dropped - dropped} dropped`;
}

function cpuMs(): number {
  return processTree(service.pid).reduce((sum, pid) => {
    const time = cpuTime(pid);
    return sum + (time ? time.user + time.system : 0);
  }, 0);
}

function totals() {
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    received: sum(whep.map((viewer) => viewer.received)),
    lost: sum(whep.map((viewer) => viewer.lost)),
    whepBytes: sum(whep.map((viewer) => viewer.bytes)),
    parts: sum(hls.map((viewer) => viewer.parts)),
    failures: sum(hls.map((viewer) => viewer.failures)),
    hlsBytes: sum(hls.map((viewer) => viewer.bytes)),
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
