/** A real camera loop, with a real decoder and encoder, whose detector does what a test wants. */
import { cameraConfigs, configSchema } from "../../src/config/schema.ts";
import type { FromPort, ToPort } from "../../src/detect/protocol.ts";
import { Pulse } from "../../src/detect/pulse.ts";
import type { AccessUnit } from "../../src/encode/access_unit.ts";
import { CameraLoop } from "../../src/pipeline/camera_loop.ts";
import { ffmpeg, join } from "../frame/streams.ts";
import { until } from "../wait.ts";
import { findPlate, type Shown, shown } from "./plate_clip.ts";

/** What an inference Worker answers: the `call`-th question from 0, and its honest answer; `covered` pictures have left so far. */
export type Answer = (
  call: number,
  honest: FromPort & { detections: unknown[] },
  covered: number,
) => FromPort | null;

export class FaultyCamera {
  readonly units: AccessUnit[] = [];
  readonly loop: CameraLoop;
  /** What it said. */
  readonly log: string[] = [];
  /** Questions put to the detector so far. */
  calls = 0;
  /** How long the detector takes for each question, one after the other, in milliseconds. */
  slowMs = 0;
  #turn = Promise.resolve();
  /** Whether an inference Worker was given up. */
  stalled = false;
  /** Pictures that had left covered by then. */
  coveredWhenStalled = 0;
  readonly #run: Promise<void>;
  #worker = 0;

  constructor(source: string) {
    this.loop = new CameraLoop({
      camera: cameraConfigs(configSchema.parse({ cameras: { test: source } }))[0],
      longSide: 320,
      longSides: [320],
      startScores: { car: 0.5, plate: 0.45 },
      decoderThreads: 1,
      encoderThreads: 1,
      decoder: "software",
      encoder: "software",
    }, (message) => {
      if (message.type === "unit") this.units.push(message.unit);
      if (message.type === "log") this.log.push(message.message);
      if (message.type === "stalled" && !this.stalled) {
        this.stalled = true;
        this.coveredWhenStalled = this.loop.status().covered;
      }
    });
    this.#run = this.loop.run();
  }

  /** Attaches an inference Worker that finds the plate by its colour. Gives its number. */
  attach(answer: Answer = (_, honest) => honest): number {
    const { port1, port2 } = new MessageChannel();
    let memory: ToPort & { type: "memory" } | undefined;
    const pulseMemory = Pulse.memory(), pulse = new Pulse(pulseMemory);
    port2.onmessage = ({ data }: MessageEvent<ToPort>) => {
      if (data.type === "memory") return memory = data;
      const { buffer, width, height } = memory!;
      pulse.begin(false);
      const start = data.slot * width * height * 3 / 2 + width * height;
      const box = findPlate(new Uint8Array(buffer, start, width * height / 2), width, height);
      const detections = box ? [{ label: "plate", score: 0.9, box }] : [];
      const honest = { id: data.id, detections, inferenceMs: 1 };
      const said = answer(this.calls++, honest, this.loop.status().covered);
      if (!said) return;
      const post = () => {
        pulse.end();
        port2.postMessage(said);
      };
      if (this.slowMs === 0) return post();
      const wait = () => new Promise((resolve) => setTimeout(resolve, this.slowMs));
      this.#turn = this.#turn.then(wait).then(post);
    };
    const worker = ++this.#worker;
    this.loop.detector.attach(worker, port1, pulseMemory);
    return worker;
  }

  /** Waits until something holds. */
  async until(holds: () => boolean): Promise<void> {
    await until(String(holds), holds, Boolean, { everyMs: 20, about: () => this.#about() });
  }

  /** Waits until what has left the camera shows what is wanted: a busy machine drops pictures, and covers them. */
  async shows(wanted: (seen: readonly Shown[]) => boolean): Promise<void> {
    await until(
      `pictures in which ${wanted}`,
      async () => {
        const units = this.units.length;
        const seen = await this.#seen();
        if (!wanted(seen)) await this.until(() => this.units.length >= units + 5);
        return seen;
      },
      wanted,
      { about: () => this.#about() },
    );
  }

  /** Waits for this many further access units. */
  async more(count: number): Promise<void> {
    const enough = this.units.length + count;
    await this.until(() => this.units.length >= enough);
  }

  /** Ends the camera; gives what each picture shows that left it, in order. */
  async end(): Promise<Shown[]> {
    this.loop.stop();
    await this.#run;
    return await this.#seen();
  }

  #about(): string {
    return `${this.units.length} units, ${this.calls} questions, ` +
      `${JSON.stringify({ ...this.loop.status(), ...this.loop.counts() })}; ${this.log.join("; ")}`;
  }

  async #seen(): Promise<Shown[]> {
    const seen: Shown[] = [], all = [...this.units];
    for (const generation of new Set(all.map((unit) => unit.generation))) {
      const units = all.filter((unit) => unit.generation === generation);
      const { width, height } = units[0], bytes = width * height * 3 / 2;
      const raw = await ffmpeg(
        ["-f", "h264", "-i", "pipe:0", "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"],
        join(units.map(({ data }) => data)),
      );
      for (let at = 0; at + bytes <= raw.length; at += bytes) {
        seen.push(shown(raw.subarray(at, at + bytes), width, height));
      }
    }
    return seen;
  }
}
