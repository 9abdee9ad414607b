import assert from "node:assert/strict";
import { DetectorClient } from "../../src/detect/client.ts";
import { MODEL_CARD, openModel } from "../../src/detect/models.ts";
import { type DetectorLink, type DetectorUser, InferencePool } from "../../src/detect/pool.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import { inTime } from "../wait.ts";
import { assertFindsDrawing, packedDrawing } from "./golden.ts";

const model = await openModel();

function makePool(file = model.file("fp32")): InferencePool {
  return new InferencePool({ card: MODEL_CARD, file, provider: "cpu", workers: 1, threads: 1 });
}

/** Notes what it is told; `attached(n)` settles with the n-th link. */
class User implements DetectorUser {
  readonly links: DetectorLink[] = [];
  readonly detached: number[] = [];
  #changed = Promise.withResolvers<void>();

  attach(link: DetectorLink): void {
    this.links.push(link);
    this.#notify();
  }

  detach(worker: number): void {
    this.detached.push(worker);
    this.#notify();
  }

  async attached(n: number): Promise<DetectorLink> {
    while (this.links.length < n) {
      await inTime(`link ${n} to a Worker`, this.#changed.promise, {
        about: () => `${this.links.length} links, ${this.detached.length} taken back`,
      });
    }
    return this.links[n - 1];
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  close(): void {
    for (const { port } of this.links) port.close();
  }
}

Deno.test("InferencePool links a user to its Worker, which finds the drawing's plate", async () => {
  const pool = makePool();
  const user = new User();
  assert.equal(pool.problem, "the detector is starting");
  pool.join(user);
  assert.deepEqual(user.links, []);
  const { worker, port, pulse } = await user.attached(1);
  assert.equal(pool.problem, null);

  const client = new DetectorClient(60_000, () => assert.fail("stalled"));
  const { layout, packed } = packedDrawing();
  client.resize(layout);
  client.attach(worker, port, pulse);
  const results = await Promise.all([client.detect(packed), client.detect(packed)]);
  for (const { detections, inferenceMs } of results) {
    assertFindsDrawing(detections, 0.99, 0.005);
    assert.ok(inferenceMs > 0);
  }
  client.close();

  // Whoever joins later is linked at once, with a port of their own.
  const late = new User();
  pool.join(late);
  assert.equal(late.links[0].worker, worker);
  assert.notEqual(late.links[0].port, port);
  late.close();
  user.close();
  await pool.close(60_000);
});

Deno.test("InferencePool replaces a Worker and links its users to the new one, but not who has left", async () => {
  const pool = makePool();
  const user = new User(), gone = new User();
  pool.join(user);
  pool.join(gone);
  const first = await user.attached(1);
  pool.leave(gone);
  pool.replace(first.worker, "it hangs");
  assert.equal(pool.problem, "it hangs");
  assert.deepEqual(user.detached, [first.worker]);
  // Reported twice, replaced once.
  pool.replace(first.worker, "it hangs");
  assert.deepEqual(user.detached, [first.worker]);

  const second = await user.attached(2);
  assert.notEqual(second.worker, first.worker);
  assert.equal(pool.problem, null);
  const client = new DetectorClient(60_000, () => assert.fail("stalled"));
  const { layout, packed } = packedDrawing();
  client.attach(second.worker, second.port, second.pulse);
  client.resize(layout);
  assertFindsDrawing((await client.detect(packed)).detections, 0.99, 0.005);
  client.close();
  assert.equal(gone.links.length, 1);
  assert.deepEqual(gone.detached, []);
  gone.close();
  user.close();
  await pool.close(60_000);
});

Deno.test("InferencePool starts another Worker when the one that there is has no time left", async () => {
  const grown: number[] = [];
  const pool = new InferencePool({
    card: MODEL_CARD,
    file: model.file("fp32"),
    provider: "cpu",
    workers: 1,
    mostWorkers: 2,
    threads: 1,
    onGrown: (workers) => grown.push(workers),
  });
  const user = new User();
  pool.join(user);
  const { worker, port, pulse } = await user.attached(1);
  assert.deepEqual([user.links.length, grown], [1, []]);
  const client = new DetectorClient(60_000, () => assert.fail("stalled"));
  const layout = new PackedLayout(640, 352, 640, 352);
  client.resize(layout);
  client.attach(worker, port, pulse);
  const packed = new Uint8Array(layout.bytes).fill(128);
  let asks = true;
  const lane = async () => {
    while (asks) await client.detect(packed);
  };
  const lanes = [lane(), lane()];
  await user.attached(2);
  assert.deepEqual(grown, [2]);
  asks = false;
  await Promise.all(lanes);
  client.close();
  user.close();
  await pool.close(60_000);
});

/** Takes the pool's looks and its clock over: a test says when it looks. */
class Looks implements Disposable {
  readonly #real = { setInterval, now: performance.now };
  #look = () => {};
  #nowMs = 0;

  constructor() {
    Object.assign(globalThis, {
      setInterval: (run: () => void) => {
        this.#look = run;
        return 0;
      },
    });
    performance.now = () => this.#nowMs;
  }

  pass(ms: number): void {
    for (const end = this.#nowMs + ms; this.#nowMs < end;) {
      this.#nowMs += 250;
      this.#look();
    }
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, { setInterval: this.#real.setInterval });
    performance.now = this.#real.now;
  }
}

Deno.test("InferencePool ends a Worker that is not needed, losing no answer, and never the last", async () => {
  using looks = new Looks();
  const shrunk: number[] = [];
  const pool = new InferencePool({
    card: MODEL_CARD,
    file: model.file("fp32"),
    provider: "cpu",
    workers: 2,
    leastWorkers: 1,
    threads: 1,
    onShrunk: (workers) => shrunk.push(workers),
  });
  const client = new DetectorClient(60_000, () => assert.fail("stalled"));
  const { layout, packed } = packedDrawing();
  client.resize(layout);
  const retired = Promise.withResolvers<void>();
  const all = Promise.withResolvers<void>();
  pool.join({
    attach: ({ worker, port, pulse }) => {
      client.attach(worker, port, pulse);
      if (client.capacity === 4) all.resolve();
    },
    detach: (worker) => client.detach(worker),
    retire: async (worker) => {
      await client.retire(worker);
      retired.resolve();
    },
  });
  await all.promise;
  looks.pass(180_000);
  assert.deepEqual(shrunk, []);
  // It holds two frames at the moment at which it is to end.
  const results = [1, 2, 3, 4].map(() => client.detect(packed));
  looks.pass(5250);
  assert.deepEqual(shrunk, [1]);
  assert.equal(client.capacity, 2);
  for (const { detections } of await Promise.all(results)) {
    assertFindsDrawing(detections, 0.99, 0.005);
  }
  await retired.promise;
  const late = new User();
  pool.join(late);
  assert.equal(late.links.length, 1);
  looks.pass(3_600_000);
  assert.deepEqual(shrunk, [1]);
  assert.equal(pool.problem, null);
  assertFindsDrawing((await client.detect(packed)).detections, 0.99, 0.005);
  client.close();
  late.close();
  await pool.close(60_000);
});

Deno.test("InferencePool says why no Worker is ready, and can be closed while one restarts", async () => {
  const told = Promise.withResolvers<number>();
  const pool = makePool("no/such.onnx");
  pool.join({ attach: () => told.reject(new Error("linked to nothing")), detach: told.resolve });
  await told.promise;
  assert.match(pool.problem!, /^Cannot load the network with provider 'cpu': /);
  await pool.close();
  assert.match(pool.problem!, /^Cannot load/);
});

Deno.test("InferencePool closed while its Workers start ends them all the same", async () => {
  const pool = makePool();
  await pool.close(60_000);
  assert.notEqual(pool.problem, null);
});
