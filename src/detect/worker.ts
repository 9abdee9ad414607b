/**
 * An inference Worker: one network, one run at a time, for any number of cameras. Pictures of one size
 * that wait may go into a run together, where the provider gains from it.
 *
 * In Deno a run blocks the thread that called it, so each network has a thread of its own.
 */
import { autoBatch, BatchLimit } from "./batch_limit.ts";
import { Detector } from "./detector.ts";
import { FairQueue } from "./fair_queue.ts";
import { readModelCard } from "./model_card.ts";
import { type Network, openNetwork } from "./network.ts";
import type { FromWorker, ToPort, ToWorker } from "./protocol.ts";
import { Pulse } from "./pulse.ts";
import { type PictureJob, Runner, sameSize } from "./runner.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
  close(): void;
};

let network: Network | undefined;
let opening: Promise<void> | undefined;
/** Pictures wait in line here, each camera's under its port. */
let queue: FairQueue<MessagePort, PictureJob> | undefined;

scope.onmessage = ({ data }) => {
  if (data.type === "open") opening = open(data);
  else if (data.type === "connect") connect(data.port);
  else close();
};

async function open(options: ToWorker & { type: "open" }): Promise<void> {
  try {
    const card = await readModelCard(new URL(options.card));
    network = await openNetwork(options);
    const { batch, provider } = options;
    const limit = new BatchLimit(batch ?? autoBatch(provider), batch === undefined);
    const detector = new Detector(network, card, options.minScore);
    const runner = new Runner(detector, limit, new Pulse(options.pulse));
    queue = new FairQueue(
      (jobs) => runner.run(jobs),
      limit.most === 1 ? {} : {
        together: (first, waiting) => runner.together(first, waiting),
        fits: sameSize,
      },
    );
    scope.postMessage({ type: "ready" });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    scope.postMessage({ type: "failed", message });
  }
}

async function close(): Promise<void> {
  await opening;
  await queue?.drained();
  queue = undefined;
  await network?.release().catch(() => {});
  scope.postMessage({ type: "closed" });
  scope.close();
}

function connect(port: MessagePort): void {
  let memory: (ToPort & { type: "memory" }) | undefined;
  port.onmessage = ({ data }: MessageEvent<ToPort>) => {
    if (data.type === "memory") {
      memory = data;
      return;
    }
    const { id, slot } = data;
    const answer: PictureJob["answer"] = (message) => port.postMessage(message);
    if (queue && memory) queue.add(port, { id, slot, memory, answer });
    else answer({ id, error: "The detector is not ready" });
  };
}
