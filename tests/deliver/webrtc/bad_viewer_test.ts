import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Feed } from "../../../src/deliver/feed.ts";
import { WhepEndpoint } from "../../../src/deliver/webrtc/endpoint.ts";
import { encodeTestPicture } from "../access_units.ts";
import { PATIENCE_MS } from "../../wait.ts";
import { sentNals, Viewer } from "./viewer.ts";

const units = await encodeTestPicture({ seconds: 2, fps: 20 });

/**
 * Lets two watch, of whom one behaves badly with every picture, and expects that the other one gets all pictures, byte for byte, and
 * that none was skipped.
 *
 * @returns packets that the bad one was sent
 */
async function watchBeside(badly: (bad: Viewer, n: number) => unknown): Promise<number> {
  const feed = new Feed();
  feed.publish(units[0]!);
  const whep = new WhepEndpoint(feed, { connectTimeoutMs: PATIENCE_MS });
  const good = new Viewer(), bad = new Viewer();
  try {
    await good.connect(whep);
    await bad.connect(whep);
    await Promise.all([good.received(1), bad.received(1)]);
    for (const [n, au] of units.entries()) {
      if (n === 0) continue;
      await badly(bad, n);
      feed.publish(au);
      await good.received(n + 1);
    }
    deepStrictEqual(good.pictures.map(({ nals }) => nals), units.map(sentNals));
    strictEqual(whep.skipped, 0);
    return bad.sequenceNumbers.length;
  } finally {
    await whep.close();
    await Promise.all([good.connection.close(), bad.connection.close()]);
  }
}

/** Takes the reading away from a viewer. */
function deaf(viewer: Viewer): void {
  for (const { connection } of viewer.connection.iceTransports) {
    const { protocol } = connection.nominated! as unknown as {
      protocol: { transport: { onData(data: unknown, from: unknown): void } };
    };
    protocol.transport.onData = () => {};
  }
}

Deno.test("A viewer that reads nothing any more takes nothing from another", async () => {
  await watchBeside((bad, n) => {
    if (n === 2) deaf(bad);
  });
});

Deno.test("A viewer that loses a third and asks for it again takes nothing from another", async () => {
  await watchBeside(async (bad) => {
    await bad.askAgain(bad.sequenceNumbers.slice(-12).filter((_, i) => i % 3 === 0));
  });
});

Deno.test("A viewer that asks for everything again, all the time, takes nothing from another", async () => {
  await watchBeside(async (bad) => {
    const seen = bad.sequenceNumbers.slice(-60);
    for (let times = 0; times < 10; times++) await bad.askAgain(seen);
  });
});

Deno.test("A viewer that loses its picture all the time takes nothing from another", async () => {
  const since = performance.now();
  const sent = await watchBeside(async (bad) => {
    for (let times = 0; times < 10; times++) await bad.askPicture();
  });
  // It is given the group twice a second at most, whatever it says: packets of it all are its bound.
  const groups = 2 + 2 * (performance.now() - since) / 1000;
  const most = units.reduce((sum, au) => sum + sentNals(au).length + au.data.length / 1000, 0);
  ok(sent < (1 + groups) * most, `${sent} packets`);
});
