import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Feed } from "../../../src/deliver/feed.ts";
import { WhepEndpoint, type WhepOptions } from "../../../src/deliver/webrtc/endpoint.ts";
import { BusyError, ViewerLimits } from "../../../src/deliver/viewer_limits.ts";
import { ConnectGate } from "../../../src/deliver/webrtc/connect_gate.ts";
import { NotLiveError, OfferError } from "../../../src/deliver/webrtc/errors.ts";
import { PortPool } from "../../../src/deliver/webrtc/port_pool.ts";
import { encodeTestPicture } from "../access_units.ts";
import { AES_CM_PROFILE } from "../../../src/deliver/webrtc/srtp.ts";
import { PATIENCE_MS, quickOnce, until } from "../../wait.ts";
import { sentNals, Viewer } from "./viewer.ts";
import { CHROMIUM_OFFER } from "./chromium_offer.ts";

const units = await encodeTestPicture({ seconds: 2, fps: 10 });
const nextGeneration = await encodeTestPicture({ seconds: 1, fps: 10, width: 160, generation: 1 });

/** The feed of a camera that has just sent a picture. */
function liveFeed(): Feed {
  const feed = new Feed();
  feed.publish(units[0]!);
  return feed;
}

async function withViewer(
  options: WhepOptions,
  test: (feed: Feed, whep: WhepEndpoint, viewer: Viewer) => Promise<void>,
): Promise<void> {
  const feed = new Feed();
  for (const au of units.slice(0, 4)) feed.publish(au);
  const whep = new WhepEndpoint(feed, { connectTimeoutMs: PATIENCE_MS, ...options });
  const viewer = new Viewer();
  try {
    await viewer.connect(whep);
    await test(feed, whep, viewer);
  } finally {
    await whep.close();
    await viewer.connection.close();
    strictEqual(feed.listenerCount, 0);
  }
}

Deno.test("WhepEndpoint sends the cached group and then the live pictures, byte for byte", () =>
  withViewer({}, async (feed, whep, viewer) => {
    await viewer.received(4);
    for (const au of units.slice(4, 8)) feed.publish(au);
    await viewer.received(8);
    deepStrictEqual(
      viewer.pictures.map((picture) => picture.nals),
      units.slice(0, 8).map(sentNals),
    );
    const steps = viewer.pictures.slice(1).map((picture, i) =>
      (picture.timestamp - viewer.pictures[i]!.timestamp + 2 ** 32) % 2 ** 32
    );
    // The group is squeezed to 1 ms per picture; live pictures are 100 ms apart.
    deepStrictEqual(steps, [90, 90, 90, 9000, 9000, 9000, 9000]);
    strictEqual(whep.viewers, 1);
    ok(whep.ice(viewer.id) !== null);
    // Of the two that the viewer offers: what is sealed in the cheaper way.
    const { dtls } = viewer.connection.dtlsTransports[0] as unknown as {
      dtls: { srtp: { srtpProfile: number } };
    };
    strictEqual(dtls.srtp.srtpProfile, AES_CM_PROFILE);
  }));

Deno.test("WhepEndpoint goes on from the keyframe of a new generation", () =>
  withViewer({}, async (feed, _whep, viewer) => {
    await viewer.received(4);
    const later = nextGeneration.map((au) => ({ ...au, timeUs: au.timeUs + 1e6 }));
    feed.publish(later[1]!); // not decodable without its keyframe: must not be sent
    feed.publish(later[0]!);
    feed.publish(later[2]!);
    await viewer.received(6);
    deepStrictEqual(viewer.pictures.slice(4).map((picture) => picture.nals), [
      sentNals(later[0]!),
      sentNals(later[2]!),
    ]);
  }));

Deno.test("WhepEndpoint answers a picture loss with the group since the keyframe", () =>
  withViewer({}, async (feed, _whep, viewer) => {
    await viewer.received(4);
    await viewer.askPicture();
    await viewer.received(8);
    feed.publish(units[4]!);
    await viewer.received(9);
    deepStrictEqual(
      viewer.pictures.slice(4).map((picture) => picture.nals),
      units.slice(0, 5).map(sentNals),
    );
    const times = viewer.pictures.map((picture) => picture.timestamp);
    const base = times[0]!;
    const grown = times.map((time) => (time - base + 2 ** 32) % 2 ** 32);
    deepStrictEqual(grown, [...new Set(grown)].sort((a, b) => a - b));
  }));

Deno.test("WhepEndpoint retransmits a packet that the viewer reports as lost", () =>
  withViewer({}, async (_feed, _whep, viewer) => {
    await viewer.received(4);
    const lost = viewer.sequenceNumbers[2]!;
    await viewer.askAgain([lost]);
    const before = viewer.sequenceNumbers.length;
    while (viewer.sequenceNumbers.length === before) await viewer.packet();
    strictEqual(viewer.sequenceNumbers.at(-1), lost);
  }));

Deno.test("WhepEndpoint ends a session by its id, once", () =>
  withViewer({}, async (feed, whep, viewer) => {
    await viewer.received(4);
    strictEqual(whep.delete("no such id"), false);
    strictEqual(whep.delete(viewer.id), true);
    strictEqual(whep.ice(viewer.id) !== null, false);
    strictEqual(whep.viewers, 0);
    strictEqual(feed.listenerCount, 0);
    strictEqual(whep.delete(viewer.id), false);
  }));

Deno.test("WhepEndpoint forgets a viewer that falls silent", () =>
  withViewer({ silenceTimeoutMs: 5000 }, async (feed, whep, viewer) => {
    await viewer.received(4);
    // It goes on answering ICE's checks, so that it is its silence by which it is known.
    const [transport] = viewer.connection.dtlsTransports;
    transport!.sendRtcp = () => Promise.resolve(0);
    await until("no viewer", () => whep.viewers, (viewers) => viewers === 0);
    strictEqual(feed.listenerCount, 0);
  }));

Deno.test("WhepEndpoint forgets a viewer that never connects", async () => {
  const whep = new WhepEndpoint(liveFeed(), { connectTimeoutMs: 100 });
  const { id } = await whep.offer(CHROMIUM_OFFER);
  strictEqual(whep.ice(id) !== null, true);
  await until("it is forgotten", () => whep.ice(id) === null);
  await whep.close();
});

Deno.test("WhepEndpoint answers Chromium's offer: video sendonly, audio refused, all candidates", async () => {
  const whep = new WhepEndpoint(liveFeed());
  const { id, sdp } = await whep.offer(CHROMIUM_OFFER);
  await whep.close();
  ok(/^[0-9a-f-]{36}$/.test(id));
  const [, audio, video] = sdp.split(/^m=/m);
  ok(audio!.startsWith("audio 0 "), audio);
  ok(/^video \d+ UDP\/TLS\/RTP\/SAVPF 108 109\r\n/.test(video!), video);
  ok(video!.includes("a=sendonly\r\n"));
  // It begins the handshake.
  ok(video!.includes("a=setup:passive\r\n"));
  ok(video!.includes("a=rtpmap:108 H264/90000\r\n"));
  ok(/a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 \d+ typ host/.test(sdp), sdp);
  ok(sdp.includes("a=end-of-candidates"));
  ok(/a=msid:bokashi /.test(video!));
});

Deno.test("WhepEndpoint rejects unusable offers, too many viewers, and offers after its end", async () => {
  const limits = new ViewerLimits({ perCamera: 1, perAddress: 0 });
  const whep = new WhepEndpoint(liveFeed(), {
    admit: (address) => limits.enter("gate", address),
  });
  await rejects(whep.offer("hello"), OfferError);
  await whep.offer(CHROMIUM_OFFER);
  await rejects(whep.offer(CHROMIUM_OFFER), BusyError);
  strictEqual(whep.viewers, 1);
  await whep.close();
  strictEqual(whep.viewers, 0);
  await rejects(whep.offer(CHROMIUM_OFFER), BusyError);
});

Deno.test("WhepEndpoint closes all sessions within a second", async () => {
  await quickOnce("closing", 1000, async () => {
    const feed = new Feed();
    feed.publish(units[0]!);
    const whep = new WhepEndpoint(feed, { connectTimeoutMs: PATIENCE_MS });
    const viewer = new Viewer();
    await viewer.connect(whep);
    await whep.offer(CHROMIUM_OFFER);
    strictEqual(whep.viewers, 2);
    const since = performance.now();
    await whep.close();
    const tookMs = performance.now() - since;
    strictEqual(whep.viewers, 0);
    await viewer.connection.close();
    return tookMs;
  });
});

Deno.test("WhepEndpoint survives offers with errors in them", async () => {
  const whep = new WhepEndpoint(liveFeed(), {
    gate: new ConnectGate({ atOnce: 100 }),
    connectTimeoutMs: 10 * PATIENCE_MS,
  });
  let state = 1;
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(state / 65536) % below;
  };
  let refused = 0;
  for (let n = 0; n < 100; n++) {
    const lines = CHROMIUM_OFFER.split("\r\n");
    for (let errors = 0; errors < 3; errors++) {
      const at = random(lines.length);
      const line = lines[at]!;
      const cut = random(line.length + 1);
      lines[at] = [line.slice(0, cut), "", line + line, line.slice(cut), `a=mid:${n}`][random(5)]!;
    }
    await whep.offer(lines.join("\r\n")).catch((error) => {
      ok(error instanceof OfferError, String(error));
      refused++;
    });
  }
  strictEqual(whep.viewers, 100 - refused);
  await whep.close();
});

Deno.test("WhepEndpoint refuses viewers of a camera that has sent no picture", async () => {
  const whep = new WhepEndpoint(new Feed());
  await rejects(whep.offer(CHROMIUM_OFFER), NotLiveError);
  strictEqual(whep.viewers, 0);
  await whep.close();
});

Deno.test("WhepEndpoint takes its ports from a pool, one a viewer, and gives them back", async () => {
  const ports = new PortPool([27310, 27311]);
  const whep = new WhepEndpoint(liveFeed(), { ports, publicHosts: ["203.0.113.7"] });
  const [a, b] = await Promise.all([whep.offer(CHROMIUM_OFFER), whep.offer(CHROMIUM_OFFER)]);
  const used = [a, b].map(({ sdp }) => {
    const found = [...sdp.matchAll(/^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host/gm)];
    ok(found.some(([, address]) => address === "203.0.113.7"), sdp);
    strictEqual(new Set(found.map(([, , port]) => port)).size, 1, "one socket a viewer");
    return Number(found[0]![2]);
  });
  deepStrictEqual(used.sort(), [27310, 27311]);
  await rejects(whep.offer(CHROMIUM_OFFER), /All UDP ports from 27310 to 27311 are in use/);
  await whep.close();
  ports.release(ports.take());
});

Deno.test("WhepEndpoint lets nobody's place be lost when an offer is refused", async () => {
  const limits = new ViewerLimits({ perCamera: 0, perAddress: 1 });
  const whep = new WhepEndpoint(liveFeed(), {
    admit: (address) => limits.enter("gate", address),
    ports: new PortPool([27312, 27312]),
  });
  await whep.offer(CHROMIUM_OFFER, "10.0.0.1");
  await rejects(whep.offer(CHROMIUM_OFFER, "10.0.0.1"), /There are 1 viewers from 10\.0\.0\.1/);
  await rejects(whep.offer(CHROMIUM_OFFER, "10.0.0.2"), /All UDP ports/);
  await whep.close();
  limits.enter("gate", "10.0.0.1")();
  limits.enter("gate", "10.0.0.2")();
});

Deno.test("WhepEndpoint restarts ICE and goes on sending", () =>
  withViewer({}, async (feed, whep, viewer) => {
    await viewer.received(4);
    const ice = whep.ice(viewer.id)!;
    const before = ice.etag;
    const offer = await viewer.connection.createOffer({ iceRestart: true });
    await viewer.connection.setLocalDescription(offer);
    const sdp = viewer.connection.localDescription!.sdp;
    const lines = sdp.split("\r\n").filter((line) => /^a=(ice-ufrag|ice-pwd|candidate)/.test(line));
    const { fragment, etag } = (await ice.patch(lines.join("\r\n"), "*"))!;
    ok(etag !== before);
    strictEqual(ice.etag, etag);
    const value = (name: string) => new RegExp(`^a=${name}:(.*)$`, "m").exec(fragment)![1]!.trim();
    const old = viewer.connection.remoteDescription!.sdp;
    const answer = old.replace(/^a=candidate:.*\r\n/gm, "")
      .replace(/^a=ice-ufrag:.*$/m, `a=ice-ufrag:${value("ice-ufrag")}`)
      .replace(/^a=ice-pwd:.*$/m, `a=ice-pwd:${value("ice-pwd")}`)
      .replace(/^a=end-of-candidates$/m, fragment.match(/^a=candidate:.*$/gm)!.join("\r\n"));
    await viewer.connection.setRemoteDescription({ type: "answer", sdp: answer });
    for (const transport of viewer.connection.iceTransports) await transport.start();
    const count = viewer.pictures.length;
    // Pictures that are sent while it changes over may be lost.
    let n = 4;
    await until("two more pictures", () => {
      const unit = units[4 + n % 2]!;
      feed.publish({ ...unit, timeUs: n++ * 1e5 });
      return viewer.pictures.length;
    }, (pictures) => pictures >= count + 2);
    strictEqual(whep.viewers, 1);
  }));

Deno.test("WhepEndpoint lets viewers connect one after the other where its gate says so", async () => {
  const feed = liveFeed();
  const gate = new ConnectGate({ atOnce: 1, holdMs: 60_000, maxWaitMs: 300 });
  const whep = new WhepEndpoint(feed, { gate });
  // It never connects, and holds the gate.
  const { id } = await whep.offer(CHROMIUM_OFFER);
  await rejects(whep.offer(CHROMIUM_OFFER), BusyError);
  const viewer = new Viewer();
  whep.delete(id);
  await viewer.connect(whep);
  // Connected, it leaves the gate to the next.
  await viewer.received(1);
  await whep.offer(CHROMIUM_OFFER);
  strictEqual(whep.viewers, 2);
  await whep.close();
  await viewer.connection.close();
});
