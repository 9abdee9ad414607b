/**
 * A camera's Worker: rooms 1 to 5 for one camera. Only encoded access units and numbers leave it.
 */
import { CameraLoop } from "./camera_loop.ts";
import type { FromCamera, ToCamera } from "./camera_protocol.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToCamera>) => void) | null;
  postMessage(message: FromCamera, transfer?: Transferable[]): void;
  close(): void;
};

const STATUS_PERIOD_MS = 500;
let loop: CameraLoop | undefined;

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case "start": {
      const running = loop = new CameraLoop(data.settings, send);
      const reports = setInterval(() => {
        running.report();
      }, STATUS_PERIOD_MS);
      running.run().finally(() => {
        clearInterval(reports);
        send({ type: "stopped" });
        scope.close();
      });
      break;
    }
    case "attach":
      loop?.detector.attach(data.worker, data.port, data.pulse);
      break;
    case "detach":
      loop?.detector.detach(data.worker);
      break;
    case "retire": {
      const { worker } = data;
      const retired = loop?.detector.retire(worker) ?? Promise.resolve();
      retired.then(() => send({ type: "retired", worker }));
      break;
    }
    case "masks":
      loop?.changeMasks(data.mask, data.zones);
      break;
    case "stop":
      loop?.stop();
  }
};

function send(message: FromCamera): void {
  // A picture's bytes move to the main thread; they are not copied.
  scope.postMessage(
    message,
    message.type === "unit" ? [message.unit.data.buffer as ArrayBuffer] : [],
  );
}
