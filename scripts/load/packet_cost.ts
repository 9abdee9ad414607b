/**
 * What a WebRTC packet costs the service: sends a test picture to viewers in a process of their own, without camera
 * and detector, and prints the CPU time.
 *
 *   deno run -A --v8-flags=--max-semi-space-size=2 scripts/load/packet_cost.ts [viewers] [seconds]
 */
import { Feed } from "../../src/deliver/feed.ts";
import { WhepEndpoint } from "../../src/deliver/webrtc/endpoint.ts";
import { encodeTestPicture, playLoop } from "../../tests/deliver/access_units.ts";
import { cpuTime } from "../bench/process_use.ts";
import { ViewerProcess } from "./viewer_process.ts";

const viewers = Number(Deno.args[0] ?? 20), seconds = Number(Deno.args[1] ?? 10);
const FPS = 30;

const cpuMs = (pid: number) => {
  const { user, system } = cpuTime(pid)!;
  return user + system;
};
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const feed = new Feed();
const picture = { width: 1280, height: 720, fps: FPS, seconds: 2, rate: 2300 };
const stop = playLoop(feed, await encodeTestPicture(picture), FPS);
await sleep(200);
const whep = new WhepEndpoint(feed);
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
  if (request.method !== "POST") return new Response(null);
  try {
    const { id, sdp } = await whep.offer(await request.text());
    return new Response(sdp, { status: 201, headers: { location: `/${id}` } });
  } catch (error) {
    return new Response(String(error), { status: 503 });
  }
});
const beganMs = cpuMs(Deno.pid);
const program = await ViewerProcess.start(
  "whep",
  viewers,
  0,
  `http://127.0.0.1:${server.addr.port}`,
);
console.log(`a new viewer:  ${((cpuMs(Deno.pid) - beganMs) / viewers).toFixed(0)} ms`);
// Their program tells once a second what it has received.
await sleep(2000);
const before = program.totals, ours = cpuMs(Deno.pid), theirs = cpuMs(program.pid);
await sleep(seconds * 1000);
const packets = program.totals.received - before.received;
const each = (ms: number) => `${(ms * 1000 / packets).toFixed(1)} us`;
console.log(
  `a packet:      ${each(cpuMs(Deno.pid) - ours)}; the viewers' program ` +
    `${each(cpuMs(program.pid) - theirs)}; ${(packets / seconds / viewers).toFixed(0)} packets/s ` +
    `each, ${program.totals.lost - before.lost} lost, ${whep.skipped} pictures skipped`,
);
stop();
await program.stop();
await whep.close();
Deno.exit();
