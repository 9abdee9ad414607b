/**
 * An inference Worker: one network, one run at a time, for any number of cameras.
 *
 * In Deno a run blocks the thread that called it, so each network has a thread of its own.
 */
import { Detector } from "./detector.ts";
import { FairQueue } from "./fair_queue.ts";
import { readModelCard } from "./model_card.ts";
import { type Network, openNetwork } from "./network.ts";
import {
  type FromPort,
  type FromWorker,
  smallBytes,
  type ToPort,
  type ToWorker,
} from "./protocol.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
  close(): void;
};

let network: Network | undefined;
let detector: Detector | undefined;
/** Runs wait in line here, each camera's under its port. */
const queue = new FairQueue<unknown>();

scope.onmessage = ({ data }) => {
  if (data.type === "open") queue.add(scope, () => open(data));
  else if (data.type === "connect") connect(data.port);
  else queue.drained().then(close);
};

async function open(options: ToWorker & { type: "open" }): Promise<void> {
  try {
    const card = await readModelCard(new URL(options.card));
    network = await openNetwork(options);
    detector = new Detector(network, card, options.minScore);
    scope.postMessage({ type: "ready" });
  } catch (error) {
    scope.postMessage({ type: "failed", message: describe(error) });
  }
}

async function close(): Promise<void> {
  detector = undefined;
  await network?.release().catch(() => {});
  scope.postMessage({ type: "closed" });
  scope.close();
}

function connect(port: MessagePort): void {
  let memory: (ToPort & { type: "memory" }) | undefined;
  let y = new Uint8Array(0), uv = new Uint8Array(0);
  port.onmessage = ({ data }: MessageEvent<ToPort>) => {
    if (data.type === "memory") {
      memory = data;
      return;
    }
    const from = memory;
    queue.add(port, async () => {
      port.postMessage(await answer(data, from));
    });
  };

  async function answer(
    request: ToPort & { type: "detect" },
    from: typeof memory,
  ): Promise<FromPort> {
    const { id, slot } = request;
    try {
      if (!detector || !from) throw new Error("The detector is not ready");
      const { width, height } = from;
      const luma = width * height;
      // Native code cannot read shared memory: one small copy.
      if (y.length !== luma) [y, uv] = [new Uint8Array(luma), new Uint8Array(luma / 2)];
      // The camera's patience is for the run, not for the line before it.
      Atomics.store(new Int32Array(from.running), slot, 1);
      const start = slot * smallBytes(width, height);
      y.set(new Uint8Array(from.buffer, start, luma));
      uv.set(new Uint8Array(from.buffer, start + luma, luma / 2));
      const began = performance.now();
      const detections = await detector.detect(y, uv, width, height);
      return { id, detections, inferenceMs: performance.now() - began };
    } catch (error) {
      return { id, error: describe(error) };
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
