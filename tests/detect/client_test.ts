import assert from "node:assert/strict";
import { DetectorClient } from "../../src/detect/client.ts";
import { type FromPort, smallBytes, type ToPort } from "../../src/detect/protocol.ts";
import { Pulse } from "../../src/detect/pulse.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import { FakeTimers } from "../deliver/fake_timers.ts";
import { noise } from "../frame/streams.ts";

const LAYOUT = new PackedLayout(64, 64, 32, 32);
const NOTHING = { detections: [], inferenceMs: 1 };
const PLATE = { label: "plate", score: 0.9, box: { x: 0.1, y: 0.2, width: 0.3, height: 0.1 } };

/** Stands in for an inference Worker at the other end of a port. */
class Peer implements Disposable {
  readonly port: MessagePort;
  readonly #own: MessagePort;
  readonly #got: ToPort[] = [];
  #wanted: ((message: ToPort) => void) | undefined;
  memory: (ToPort & { type: "memory" }) | undefined;
  readonly pulseMemory = Pulse.memory();
  readonly pulse = new Pulse(this.pulseMemory);

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.#own = port2;
    port2.onmessage = ({ data }: MessageEvent<ToPort>) => {
      if (data.type === "memory") this.memory = data;
      const wanted = this.#wanted;
      this.#wanted = undefined;
      if (wanted) wanted(data);
      else this.#got.push(data);
    };
  }

  next(): Promise<ToPort> {
    const message = this.#got.shift();
    if (message) return Promise.resolve(message);
    return new Promise((resolve) => this.#wanted = resolve);
  }

  async nextDetect(): Promise<ToPort & { type: "detect" }> {
    for (;;) {
      const message = await this.next();
      if (message.type === "detect") return message;
    }
  }

  answer(message: FromPort): void {
    this.#own.postMessage(message);
  }

  [Symbol.dispose](): void {
    this.#own.close();
  }
}

function makeClient(timeoutMs = 60_000) {
  const stalled: number[] = [];
  const client = new DetectorClient(timeoutMs, (worker) => stalled.push(worker));
  return Object.assign(client, { stalled, [Symbol.dispose]: () => client.close() });
}

const packed = () => new Uint8Array(LAYOUT.bytes);

Deno.test("DetectorClient has no capacity before it has a Worker and a picture size", async () => {
  using client = makeClient();
  using peer = new Peer();
  assert.equal(client.capacity, 0);
  client.resize(LAYOUT);
  assert.equal(client.capacity, 0);
  await assert.rejects(client.detect(packed()), {
    name: "DetectorFailedError",
    message: "no detector is free",
  });
  client.attach(1, peer.port, peer.pulseMemory);
  assert.equal(client.capacity, 2);
});

Deno.test("DetectorClient hands over memory whichever of Worker and size comes first", async () => {
  using client = makeClient();
  using early = new Peer();
  using late = new Peer();
  client.attach(1, early.port, early.pulseMemory);
  assert.equal(client.capacity, 0);
  client.resize(LAYOUT);
  client.attach(2, late.port, late.pulseMemory);
  assert.equal(client.capacity, 4);
  for (const peer of [early, late]) {
    const message = await peer.next();
    assert.ok(message.type === "memory");
    assert.deepEqual([message.width, message.height], [32, 32]);
    assert.equal(message.buffer.byteLength, 2 * smallBytes(32, 32));
  }
});

Deno.test("DetectorClient gives the Worker's answer, and the picture as it was at the call", async () => {
  using client = makeClient();
  using peer = new Peer();
  client.resize(LAYOUT);
  client.attach(1, peer.port, peer.pulseMemory);
  const picture = noise(LAYOUT.bytes);
  const small = { y: new Uint8Array(1024), uv: new Uint8Array(512) };
  LAYOUT.copySmall(picture, small);
  const result = client.detect(picture);
  picture.fill(0);
  const { id, slot } = await peer.nextDetect();
  const view = new Uint8Array(peer.memory!.buffer, slot * 1536, 1536);
  assert.deepEqual(view.slice(0, 1024), small.y);
  assert.deepEqual(view.slice(1024), small.uv);
  peer.answer({ id, detections: [PLATE], inferenceMs: 12 });
  const { detections, inferenceMs } = await result;
  assert.deepEqual([detections, inferenceMs], [[PLATE], 12]);
});

Deno.test("DetectorClient gives each question its own answer, in any order", async () => {
  using client = makeClient();
  using peer = new Peer();
  client.resize(LAYOUT);
  client.attach(1, peer.port, peer.pulseMemory);
  const first = client.detect(packed()), second = client.detect(packed());
  const [a, b] = [await peer.nextDetect(), await peer.nextDetect()];
  assert.notEqual(a.slot, b.slot);
  assert.notEqual(a.id, b.id);
  peer.answer({ id: b.id, detections: [PLATE], inferenceMs: 2 });
  assert.equal((await second).detections.length, 1);
  peer.answer({ id: a.id, detections: [], inferenceMs: 1 });
  assert.equal((await first).detections.length, 0);
});

Deno.test("DetectorClient takes no more than its capacity, and frees a place with each answer", async () => {
  using client = makeClient();
  using peer = new Peer();
  client.resize(LAYOUT);
  client.attach(1, peer.port, peer.pulseMemory);
  const first = client.detect(packed());
  const second = client.detect(packed());
  await assert.rejects(client.detect(packed()), { message: "no detector is free" });
  peer.answer({ id: (await peer.nextDetect()).id, ...NOTHING });
  await first;
  const third = client.detect(packed());
  for (let i = 0; i < 2; i++) peer.answer({ id: (await peer.nextDetect()).id, ...NOTHING });
  await Promise.all([second, third]);
});

Deno.test("DetectorClient spreads frames over its Workers", async () => {
  using client = makeClient();
  using one = new Peer();
  using two = new Peer();
  client.resize(LAYOUT);
  client.attach(1, one.port, one.pulseMemory);
  client.attach(2, two.port, two.pulseMemory);
  const results = [client.detect(packed()), client.detect(packed())];
  for (const peer of [one, two]) peer.answer({ id: (await peer.nextDetect()).id, ...NOTHING });
  await Promise.all(results);
});

Deno.test("DetectorClient passes on a Worker's error, and its place is free again", async () => {
  using client = makeClient();
  using peer = new Peer();
  client.resize(LAYOUT);
  client.attach(1, peer.port, peer.pulseMemory);
  for (let i = 0; i < 3; i++) {
    const result = client.detect(packed());
    peer.answer({ id: (await peer.nextDetect()).id, error: "device lost" });
    await assert.rejects(result, { name: "DetectorFailedError", message: "device lost" });
  }
  assert.deepEqual(client.stalled, []);
});

Deno.test("DetectorClient gives up on a Worker that is silent, tells who it is, and ignores it from then on", async () => {
  using timers = new FakeTimers();
  using client = makeClient(500);
  using peer = new Peer();
  client.resize(LAYOUT);
  client.attach(7, peer.port, peer.pulseMemory);
  // A first run may take six times as long: a GPU compiles its shaders then.
  const first = client.detect(packed());
  const slow = await peer.nextDetect();
  peer.pulse.begin(true);
  timers.advance(3000);
  assert.deepEqual(client.stalled, []);
  peer.pulse.end();
  peer.answer({ id: slow.id, ...NOTHING });
  await first;
  const hung = client.detect(packed());
  const late = await peer.nextDetect();
  peer.pulse.begin(false);
  timers.advance(500);
  assert.deepEqual(client.stalled, []);
  timers.advance(100);
  await assert.rejects(hung, {
    name: "DetectorStalledError",
    message: "no answer within 500 ms",
  });
  assert.deepEqual(client.stalled, [7]);

  // The next frame must get its own answer, not the late one, nor the memory that is in use.
  const next = client.detect(packed());
  const question = await peer.nextDetect();
  assert.notEqual(question.slot, late.slot);
  peer.answer({ id: late.id, detections: [PLATE], inferenceMs: 900 });
  peer.answer({ id: question.id, ...NOTHING });
  assert.deepEqual((await next).detections, []);
  assert.equal(timers.pending, 0);
  // Whoever hangs may still read its memory: that place stays taken even after the late answer.
  const last = client.detect(packed());
  await assert.rejects(client.detect(packed()), { message: "no detector is free" });
  peer.answer({ id: (await peer.nextDetect()).id, ...NOTHING });
  await last;
});

Deno.test("DetectorClient does not hold the time in a Worker's line against it, but the run's", async () => {
  using timers = new FakeTimers();
  using client = makeClient(500);
  using peer = new Peer();
  client.resize(LAYOUT);
  client.attach(7, peer.port, peer.pulseMemory);
  const ask = async () => {
    const result = client.detect(packed());
    return { result, question: await peer.nextDetect() };
  };
  const first = await ask();
  peer.answer({ id: first.question.id, ...NOTHING });
  await first.result;

  const mine = await ask();
  // Other cameras' frames go first, for seconds.
  for (let run = 0; run < 10; run++) {
    peer.pulse.begin(false);
    timers.advance(400);
    peer.pulse.end();
  }
  assert.deepEqual(client.stalled, []);
  peer.pulse.begin(false);
  timers.advance(400);
  peer.pulse.end();
  peer.answer({ id: mine.question.id, ...NOTHING });
  await mine.result;

  // A run that hangs, whosever frame it has: mine would never be begun.
  const next = await ask();
  peer.pulse.begin(false);
  const failed = assert.rejects(next.result, { name: "DetectorStalledError" });
  timers.advance(700);
  await failed;
  assert.deepEqual(client.stalled, [7]);
});

Deno.test("DetectorClient gives up on a Worker that is at nothing and does not begin, and on an answer that never comes", async () => {
  using timers = new FakeTimers();
  using client = makeClient(500);
  using peer = new Peer();
  client.resize(LAYOUT);
  client.attach(7, peer.port, peer.pulseMemory);
  const never = client.detect(packed());
  const failed = assert.rejects(never, { name: "DetectorStalledError" });
  timers.advance(1000);
  assert.deepEqual(client.stalled, []);
  timers.advance(100);
  await failed;
  assert.deepEqual(client.stalled, [7]);

  // It goes from run to run and answers others, or nobody.
  const forgotten = assert.rejects(client.detect(packed()), { name: "DetectorStalledError" });
  const go = (runs: number) => {
    for (let run = 0; run < runs; run++) {
      peer.pulse.begin(false);
      timers.advance(100);
      peer.pulse.end();
    }
  };
  go(60);
  assert.deepEqual(client.stalled, [7]);
  go(2);
  await forgotten;
  assert.deepEqual(client.stalled, [7, 7]);
});

Deno.test("DetectorClient fails what a Worker owes when it goes away, and uses the others", async () => {
  using timers = new FakeTimers();
  using client = makeClient();
  using one = new Peer();
  using two = new Peer();
  client.resize(LAYOUT);
  client.attach(1, one.port, one.pulseMemory);
  const owed = [client.detect(packed()), client.detect(packed())];
  const failed = Promise.all(
    owed.map((each) => assert.rejects(each, { name: "DetectorFailedError", message: /went away/ })),
  );
  client.attach(2, two.port, two.pulseMemory);
  client.detach(1);
  await failed;
  assert.equal(timers.pending, 0);
  assert.equal(client.capacity, 2);
  const result = client.detect(packed());
  two.answer({ id: (await two.nextDetect()).id, ...NOTHING });
  await result;
  client.detach(1);
  assert.equal(client.capacity, 2);
});

Deno.test("DetectorClient fails what is under way when the picture size changes, and goes on in the new one", async () => {
  using client = makeClient();
  using peer = new Peer();
  client.resize(LAYOUT);
  client.attach(1, peer.port, peer.pulseMemory);
  const old = client.detect(packed());
  const failed = assert.rejects(old, { name: "DetectorFailedError", message: /size changed/ });
  const { id } = await peer.nextDetect();
  const larger = new PackedLayout(128, 64, 64, 32);
  client.resize(larger);
  await failed;
  peer.answer({ id, detections: [PLATE], inferenceMs: 1 });
  const result = client.detect(new Uint8Array(larger.bytes));
  const question = await peer.nextDetect();
  assert.deepEqual([peer.memory!.width, peer.memory!.height], [64, 32]);
  peer.answer({ id: question.id, ...NOTHING });
  assert.deepEqual((await result).detections, []);
  assert.equal(client.capacity, 2);
});

Deno.test("DetectorClient fails everything when it is closed, and leaves no timer", async () => {
  using timers = new FakeTimers();
  using client = makeClient();
  using peer = new Peer();
  client.resize(LAYOUT);
  client.attach(1, peer.port, peer.pulseMemory);
  const owed = assert.rejects(client.detect(packed()), { name: "DetectorFailedError" });
  client.close();
  await owed;
  assert.equal(client.capacity, 0);
  assert.equal(timers.pending, 0);
});

Deno.test("DetectorClient looks at smaller pictures from one frame to the next, failing none", async () => {
  using client = makeClient();
  using peer = new Peer();
  const layout = new PackedLayout(64, 64, 64, 64);
  client.resize(layout);
  client.attach(1, peer.port, peer.pulseMemory);
  const before = client.detect(new Uint8Array(layout.bytes));
  const old = await peer.nextDetect();
  client.shrink({ width: 32, height: 32 });
  const after = client.detect(new Uint8Array(layout.bytes).fill(70));
  const young = await peer.nextDetect();
  assert.deepEqual([peer.memory!.width, peer.memory!.height], [32, 32]);
  const view = new Uint8Array(peer.memory!.buffer, young.slot * 1536, 1536);
  assert.ok(view.every((value) => value === 70));
  peer.answer({ id: young.id, detections: [PLATE], inferenceMs: 2 });
  assert.equal((await after).detections.length, 1);
  peer.answer({ id: old.id, detections: [], inferenceMs: 9 });
  assert.equal((await before).inferenceMs, 9);
  // The old answer's place is not one of the new memory's.
  const slots = [
    client.detect(new Uint8Array(layout.bytes)),
    client.detect(new Uint8Array(layout.bytes)),
  ];
  const taken = [(await peer.nextDetect()).slot, (await peer.nextDetect()).slot];
  assert.deepEqual(taken.sort(), [0, 1]);
  await assert.rejects(client.detect(packed()), { message: "no detector is free" });
  client.close();
  for (const slot of slots) await assert.rejects(slot, { name: "DetectorFailedError" });
});

Deno.test("DetectorClient gives a Worker that retires nothing more, and waits for all that it owes", async () => {
  using timers = new FakeTimers();
  using client = makeClient();
  using one = new Peer();
  using two = new Peer();
  client.resize(LAYOUT);
  client.attach(1, one.port, one.pulseMemory);
  const owed = [client.detect(packed()), client.detect(packed())];
  client.attach(2, two.port, two.pulseMemory);
  assert.equal(client.capacity, 4);
  let gone = false;
  const retired = client.retire(1).then(() => gone = true);
  assert.equal(client.capacity, 2);
  // Its free places are no one's; the other's are.
  one.answer({ id: (await one.nextDetect()).id, ...NOTHING });
  await owed[0];
  const young = [client.detect(packed()), client.detect(packed())];
  await assert.rejects(client.detect(packed()), { message: "no detector is free" });
  for (let i = 0; i < 2; i++) two.answer({ id: (await two.nextDetect()).id, ...NOTHING });
  await Promise.all(young);
  assert.equal(gone, false);
  one.answer({ id: (await one.nextDetect()).id, detections: [PLATE], inferenceMs: 1 });
  assert.deepEqual((await owed[1]).detections, [PLATE]);
  await retired;
  assert.equal(timers.pending, 0);
  // One that owes nothing is gone at once, and so is one that nobody knows.
  await client.retire(2);
  assert.equal(client.capacity, 0);
  await client.retire(2);
});

Deno.test("DetectorClient does not wait for a Worker that hangs or dies while it retires", async () => {
  using timers = new FakeTimers();
  using client = makeClient(500);
  using peer = new Peer();
  client.resize(LAYOUT);
  client.attach(1, peer.port, peer.pulseMemory);
  const owed = assert.rejects(client.detect(packed()), { name: "DetectorStalledError" });
  const retired = client.retire(1);
  timers.advance(1100);
  await owed;
  assert.deepEqual(client.stalled, [1]);
  client.detach(1);
  await retired;
});

Deno.test("DetectorClient lets a Worker go that retires when the picture size changes", async () => {
  using client = makeClient();
  using peer = new Peer();
  client.resize(LAYOUT);
  client.attach(1, peer.port, peer.pulseMemory);
  const owed = assert.rejects(client.detect(packed()), { name: "DetectorFailedError" });
  const retired = client.retire(1);
  client.resize(new PackedLayout(128, 64, 64, 32));
  await owed;
  await retired;
  assert.equal(client.capacity, 0);
});
