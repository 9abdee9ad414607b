import assert from "node:assert/strict";
import { cameraConfigs, configSchema } from "../../src/config/schema.ts";
import { Pulse } from "../../src/detect/pulse.ts";
import type { FromCamera, ToCamera } from "../../src/pipeline/camera_protocol.ts";

const [CAMERA] = cameraConfigs(configSchema.parse({ cameras: { gate: "no/such/file.mp4" } }));

Deno.test("a camera's Worker tells when it owes nothing to an inference Worker that is to end", async () => {
  const worker = new Worker(
    new URL("../../src/pipeline/camera_worker.ts", import.meta.url),
    { type: "module" },
  );
  const told = (type: FromCamera["type"]) =>
    new Promise<FromCamera>((resolve) =>
      worker.addEventListener("message", ({ data }: MessageEvent<FromCamera>) => {
        if (data.type === type) resolve(data);
      })
    );
  const post = (message: ToCamera, transfer: Transferable[] = []) =>
    worker.postMessage(message, transfer);
  post({
    type: "start",
    settings: {
      camera: CAMERA,
      longSide: 640,
      longSides: [640],
      startScores: {},
      decoderThreads: 1,
      encoderThreads: 1,
      decoder: "software",
      encoder: "software",
    },
  });
  const { port1, port2 } = new MessageChannel();
  post({ type: "attach", worker: 7, port: port1, pulse: Pulse.memory() }, [port1]);
  const retired = told("retired"), stopped = told("stopped");
  post({ type: "retire", worker: 7 });
  assert.deepEqual(await retired, { type: "retired", worker: 7 });
  post({ type: "stop" });
  await stopped;
  port2.close();
  worker.terminate();
});
