import { Service } from "./service.ts";

const LOOK_MS = 10;
const PATIENCE_MS = 120_000;

/**
 * Starts `bokashi serve` as its user does, with the demo clip as its camera, and waits until a picture
 * that was checked has left for the viewers.
 */
export async function startRun(serveArguments: string[]): Promise<Record<string, number>> {
  const began = performance.now();
  const service = await Service.start(["gate=demo", ...serveArguments]);
  try {
    const listening = performance.now() - began;
    for (;;) {
      const [{ guard }] = await service.statuses();
      if (guard.state !== "covered") break;
      if (performance.now() - began > PATIENCE_MS) throw new Error("No picture within two minutes");
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return {
      "listening after ms": listening,
      "first masked picture after ms": performance.now() - began,
    };
  } finally {
    await service.stop();
  }
}
