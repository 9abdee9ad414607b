import assert from "node:assert/strict";
import { PictureDetector } from "../../src/detect/picture_detector.ts";
import type { DetectorUser } from "../../src/detect/pool.ts";
import type { FromPort, ToPort } from "../../src/detect/protocol.ts";
import { Pulse } from "../../src/detect/pulse.ts";

const PICTURE = { y: new Uint8Array(1024), uv: new Uint8Array(512) };
const PLATE = { label: "plate", score: 0.9, box: { x: 0.1, y: 0.2, width: 0.3, height: 0.1 } };

/** A pool of one Worker that a test stands in for. */
class Pool implements Disposable {
  readonly batch = 1;
  readonly asked: (ToPort & { type: "detect" })[] = [];
  readonly replaced: number[] = [];
  #user: DetectorUser | undefined;
  #port: MessagePort | undefined;
  #more = Promise.withResolvers<void>();

  join(user: DetectorUser): void {
    this.#user = user;
    this.start(1);
  }

  leave(): void {}

  replace(worker: number): void {
    this.replaced.push(worker);
  }

  start(worker: number): void {
    const { port1, port2 } = new MessageChannel();
    this.#port = port2;
    port2.onmessage = ({ data }: MessageEvent<ToPort>) => {
      if (data.type !== "detect") return;
      this.asked.push(data);
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    };
    this.#user!.attach({ worker, port: port1, pulse: Pulse.memory() });
  }

  end(worker: number): void {
    this.#port!.close();
    this.#user!.detach(worker);
  }

  /** The question with a number, counted from 0, once it is there. */
  async question(n: number): Promise<number> {
    while (this.asked.length <= n) await this.#more.promise;
    return this.asked[n].id;
  }

  answer(message: FromPort): void {
    this.#port!.postMessage(message);
  }

  [Symbol.dispose](): void {
    this.#port!.close();
  }
}

Deno.test("PictureDetector gives each picture the answer to its own question, even if a Worker answers twice", async () => {
  using pool = new Pool();
  const detector = new PictureDetector(pool);
  const first = detector.detect(PICTURE, 32, 32), second = detector.detect(PICTURE, 32, 32);
  const id = await pool.question(0);
  pool.answer({ id, detections: [], inferenceMs: 1 });
  assert.deepEqual((await first).detections, []);
  const next = await pool.question(1);
  pool.answer({ id, detections: [], inferenceMs: 1 });
  pool.answer({ id: next, detections: [PLATE], inferenceMs: 1 });
  assert.deepEqual((await second).detections, [PLATE]);
  detector.close();
});

Deno.test("PictureDetector fails what a Worker owes that goes away, and gives what waits to the next one", async () => {
  using pool = new Pool();
  const detector = new PictureDetector(pool);
  const lost = assert.rejects(detector.detect(PICTURE, 32, 32), { message: /went away/ });
  const waits = detector.detect(PICTURE, 32, 32);
  await pool.question(0);
  pool.end(1);
  await lost;
  pool.start(2);
  pool.answer({ id: await pool.question(1), detections: [PLATE], inferenceMs: 1 });
  assert.deepEqual((await waits).detections, [PLATE]);
  detector.close();
});
