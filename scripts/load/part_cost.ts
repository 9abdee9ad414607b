/**
 * What a part of low-latency HLS costs the service, with the playlist that tells of it: serves a test picture to
 * viewers in a process of their own, through all of the service's HTTP, without camera and detector, and prints the
 * CPU time.
 *
 *   deno run -A --v8-flags=--max-semi-space-size=2 scripts/load/part_cost.ts [viewers] [seconds]
 */
import { createApp } from "../../src/server/app.ts";
import { encodeTestPicture, playLoop } from "../../tests/deliver/access_units.ts";
import { FakeCamera, FakeDirectory } from "../../tests/server/fakes.ts";
import { cpuTime, memoryMb } from "../bench/process_use.ts";
import { ViewerProcess } from "./viewer_process.ts";

const viewers = Number(Deno.args[0] ?? 100), seconds = Number(Deno.args[1] ?? 10);
const FPS = 30;

const cpuMs = (pid: number) => {
  const { user, system } = cpuTime(pid)!;
  return user + system;
};
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** CPU milliseconds of this process in so many seconds. */
const spent = async (seconds: number) => {
  const before = cpuMs(Deno.pid);
  await sleep(seconds * 1000);
  return cpuMs(Deno.pid) - before;
};

const camera = new FakeCamera("load");
const app = createApp({ cameras: new FakeDirectory(camera), version: "load" });
const picture = { width: 1280, height: 720, fps: FPS, seconds: 10, rate: 2500 };
const stop = playLoop(camera.feed, await encodeTestPicture(picture), FPS);
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
await camera.hls.waitReady(10_000);
await sleep(3000);
const idleMs = await spent(3) / 3;
const url = `http://127.0.0.1:${server.addr.port}/cameras/load`;
const program = await ViewerProcess.start("hls", viewers, 0, url);
// Their program tells once a second what it has received.
await sleep(3000);
program.takeAges();
const before = program.totals, theirs = cpuMs(program.pid);
const oursMs = await spent(seconds) - idleMs * seconds;
const parts = program.totals.parts - before.parts;
const each = (ms: number) => `${(ms * 1000 / parts).toFixed(0)} us`;
const ages = program.takeAges().toSorted((a, b) => a - b);
console.log(
  `a part: ${each(oursMs)}; the viewers' program ${each(cpuMs(program.pid) - theirs)}; ` +
    `${(parts / seconds / viewers).toFixed(2)} parts/s each, ` +
    `${program.totals.skipped - before.skipped} skipped, ` +
    `p50 ${ages[Math.floor(ages.length / 2)]} ms and p95 ${
      ages[Math.floor(ages.length * 0.95)]
    } ms ` +
    `after their end; ${memoryMb(Deno.pid).toFixed(0)} MB`,
);
stop();
await program.stop();
Deno.exit();
