import { detectorSize } from "../../src/detect/profile.ts";
import { type LoadStep, loadSteps } from "../../src/pipeline/load_control.ts";

/** What a row says to the next one. */
export interface CostSeen {
  /** CPU per encoded frame, all processes, in milliseconds. */
  cpuMs: number;
  /** Encoded frames per second and camera. */
  fps: number;
  /** How far the cameras had stepped down, their mean over the row. */
  step: number;
}

/** What the next row is expected to be. */
export interface Predicted {
  /** Encoded frames per second and camera. */
  fps: number;
  /** Of the machine, 0..1. */
  cpuShare: number;
}

const FPS = 30;
/** Share of the machine that was seen to be of use under full load. */
const USABLE = 0.95;

/** CPU of a frame in parts, in milliseconds, all measured by themselves or while the machine had time. */
export interface CostParts {
  /** One run of the network at the full profile. */
  networkMs: number;
  /** Decoding, which every frame costs that comes. */
  decodeMs: number;
  /** Scaling it and handing it over, in the decoder's process. */
  handOverMs: number;
  /** Passing it over in ours if it is left out. */
  passOverMs: number;
}

/**
 * What a camera costs: each frame that comes its decoding; each that its decoder hands over that; each that we leave out the passing
 * over; and each that leaves the network, by the size of the detector's picture, and a rest that is the same
 * whatever the load control does.
 *
 * Cameras step down one after the other, the one first that has done so the least, until the machine can bear them.
 */
export class ScaleModel {
  readonly #steps: LoadStep[];
  /** For each step of the load control: milliseconds by which a frame that leaves is cheaper than at the first. */
  readonly #saved: number[];
  /** For each step: what a camera costs a second besides the frames that leave, in milliseconds. */
  readonly #arriving: number[];
  /** For each step: frames per second that leave. */
  readonly #fps: number[];

  /**
   * @param longSide The full profile's longest side in pixels.
   * @param longSides Those of all profiles.
   */
  constructor(
    size: { width: number; height: number },
    private readonly parts: CostParts,
    longSide: number,
    longSides: readonly number[],
    private readonly cores: number,
  ) {
    this.#steps = loadSteps(longSide, longSides);
    const areas = this.#steps.map((step) => {
      const { width, height } = detectorSize(size.width, size.height, step.longSide);
      return width * height;
    });
    this.#saved = areas.map((area) => parts.networkMs * (1 - area / areas[0]));
    this.#fps = this.#steps.map(({ every }) => FPS / every);
    const { decodeMs, handOverMs, passOverMs } = parts;
    this.#arriving = this.#steps.map(({ early }, i) => {
      const handedOver = early ? this.#fps[i] : FPS;
      return FPS * decodeMs + handedOver * handOverMs + (handedOver - this.#fps[i]) * passOverMs;
    });
  }

  /** What so many cameras will do, by what fewer of them did. */
  predict({ cpuMs, fps: seenFps, step }: CostSeen, cameras: number): Predicted {
    const frameMs = cpuMs - between(this.#arriving, step) / seenFps + between(this.#saved, step);
    const costs = this.#steps.map((_, i) =>
      this.#arriving[i] + this.#fps[i] * (frameMs - this.#saved[i])
    );
    const share = (each: number) => cameras * each / 1000 / this.cores;
    const last = costs.length - 1;
    let steps = 0;
    while (steps < last * cameras && share(between(costs, steps / cameras)) > USABLE) steps++;
    const mean = steps / cameras;
    if (share(between(costs, mean)) > USABLE) {
      // What is left of the machine when all is decoded.
      const left = Math.max(0, USABLE * this.cores * 1000 / cameras - this.#arriving[last]);
      return { fps: left / (frameMs - this.#saved[last]), cpuShare: USABLE };
    }
    return { fps: between(this.#fps, mean), cpuShare: share(between(costs, mean)) };
  }
}

/** The value at a place between two entries. */
function between(values: readonly number[], at: number): number {
  const low = Math.min(values.length - 1, Math.floor(at)),
    high = Math.min(values.length - 1, low + 1);
  return values[low] + (values[high] - values[low]) * (at - low);
}
