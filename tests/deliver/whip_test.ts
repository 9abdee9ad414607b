import { match, ok, strictEqual } from "node:assert/strict";
import { Feed } from "../../src/deliver/feed.ts";
import { Push, type PushStatus } from "../../src/deliver/push.ts";
import { Backoff } from "../../src/source/backoff.ts";
import { encodeTestPicture, playLoop } from "./access_units.ts";
import { gstreamerIsInstalled, linesOf } from "./gstreamer_webrtc.ts";
import { inTime, until as waitUntil } from "../wait.ts";

const SERVER = new URL("./whip_server.js", import.meta.url).pathname;
const TOKEN = "token-0123456789";
const units = await encodeTestPicture({ seconds: 2 });

/** Waits until a push does what is wanted. */
async function until(push: Push, wanted: (status: PushStatus) => boolean): Promise<PushStatus> {
  return await waitUntil(`the push's ${wanted}`, () => push.status, wanted);
}

/** Pushes a camera of 30 pictures per second to a WHIP server; gives what was logged. */
async function withPush(
  serve: (request: Request) => Response | Promise<Response>,
  use: (push: Push) => Promise<void>,
): Promise<string[]> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, serve);
  const log: string[] = [];
  const feed = new Feed();
  const stop = playLoop(feed, units, 30);
  const push = new Push(feed, `whip://${TOKEN}@127.0.0.1:${server.addr.port}/gate/whip`, {
    log: (_, message) => log.push(message),
    backoff: new Backoff(() => 0.5, 20, 50),
  });
  try {
    await use(push);
  } catch (error) {
    throw new Error(`${error}. Its log: ${log.join("\n")}`, { cause: error });
  } finally {
    await push.close();
    stop();
    await server.shutdown();
    strictEqual(feed.listenerCount, 0);
  }
  ok(!log.join().includes(TOKEN), log.join());
  return log;
}

Deno.test({
  name: "Push sends to a WHIP server of GStreamer's, and again when the connection has ended",
  ignore: !await gstreamerIsInstalled(),
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const requests: string[] = [];
    const players: Deno.ChildProcess[] = [];
    const start = async () => {
      const player = new Deno.Command("gjs", {
        args: [SERVER, "30"],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      players.push(player);
      const lines = linesOf(player.stdout);
      strictEqual((await inTime("GStreamer is ready", lines.next())).value, "ready");
      return { player, lines };
    };
    // Begun before they are asked: a busy machine takes long to start them, and a push does not wait for ever.
    const ready = [await start(), await start()];
    const sessions: Deno.ChildProcess[] = [];
    /** Numbers of the sessions whose pictures have come, and these pictures' sizes. */
    const played: [session: number, size: string][] = [];
    const serve = async (request: Request) => {
      const { pathname } = new URL(request.url);
      requests.push(`${request.method} ${pathname} ${request.headers.get("authorization")}`);
      if (request.method !== "POST") return new Response(null, { status: 200 });
      strictEqual(request.headers.get("content-type"), "application/sdp");
      const offer = await request.text();
      const { player, lines } = ready.shift() ?? await start();
      const session = sessions.push(player);
      const writer = player.stdin.getWriter();
      await writer.write(new TextEncoder().encode(`${JSON.stringify(offer)}\n`));
      const answer = JSON.parse((await lines.next()).value!);
      lines.next().then(({ value }) => value && played.push([session, value]));
      return new Response(answer, {
        status: 201,
        headers: { "content-type": "application/sdp", location: `sessions/${session}` },
      });
    };
    try {
      const log = await withPush(serve, async (push) => {
        await until(push, () => played.length === 1);
        await until(push, ({ state }) => state === "live");
        // The server goes without a word: consent checks and silence tell.
        sessions[played[0]![0] - 1]!.kill("SIGKILL");
        await until(push, () => played.length === 2);
      });
      strictEqual(played.map(([, size]) => size).join(), "320x240,320x240");
      strictEqual(requests[0], `POST /gate/whip Bearer ${TOKEN}`);
      const [[first], [last]] = played as [[number, string], [number, string]];
      ok(
        requests.includes(`DELETE /gate/sessions/${first} Bearer ${TOKEN}`),
        requests.join("; "),
      );
      // Ended by us, the session is given back.
      strictEqual(requests.at(-1), `DELETE /gate/sessions/${last} Bearer ${TOKEN}`);
      const live = log.findIndex((line) =>
        /^Pushes to whip:\/\/\*\*\*@127\.0\.0\.1:\d+\/gate\/whip$/.test(line)
      );
      ok(live >= 0, log.join("\n"));
      match(
        log[live + 1]!,
        /^Cannot push to whip:\/\/\*\*\*@.*: the connection ended \(attempt 1, next in/,
      );
    } finally {
      for (const player of players) {
        try {
          player.kill("SIGKILL");
        } catch {
          // It is gone already.
        }
        await player.status;
      }
    }
  },
});

Deno.test("Push tells what a WHIP server answers that takes no stream, and tries again", async () => {
  let asked = 0;
  const serve = async (request: Request) => {
    await request.body?.cancel();
    asked++;
    return asked === 1
      ? new Response("no such\nroom", { status: 404 })
      : new Response("hello", { status: 201, headers: { location: "/session" } });
  };
  const log = await withPush(serve, async (push) => {
    await until(push, ({ state }) => state === "retrying" && asked > 2);
  });
  match(log[0]!, /: the server answered 404: no such room \(attempt 1,/);
  match(log[1]!, /: the server's answer is no SDP \(attempt 2,/);
});

Deno.test("Push gives a WHIP server user name and password as such, and says that it is not there", async () => {
  const seen: (string | null)[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    await request.body?.cancel();
    seen.push(request.headers.get("authorization"));
    return new Response(null, { status: 401 });
  });
  const feed = new Feed();
  feed.publish(units[0]!);
  const push = new Push(feed, `whip://me:pass%20word@127.0.0.1:${server.addr.port}/`, {
    log() {},
    backoff: new Backoff(() => 0.5, 20, 50),
  });
  try {
    await until(push, ({ lastError }) => lastError === "the server answered 401");
    strictEqual(seen[0], `Basic ${btoa("me:pass word")}`);
    await server.shutdown();
    await until(push, ({ lastError }) => lastError === "connection refused by the server");
  } finally {
    await push.close();
  }
});
