import { detectorSize } from "../../src/detect/profile.ts";
import { loadSteps } from "../../src/pipeline/load_control.ts";

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
/** Load control lets so many frames be late before it steps down. */
const TOLERATED = 0.95;

/** CPU of a frame in parts, seen while the machine had time, in milliseconds. */
export interface CostParts {
  /** One run of the network at the full profile. */
  networkMs: number;
  /** Decoding and scaling, which a frame that is left out costs as well. */
  decoderMs: number;
}

/**
 * What a camera costs: each frame that comes its decoding; each that leaves the network, by the size of the
 * detector's picture, and a rest that is the same whatever the load control does. Cameras step down alike, to the first step that the
 * machine can bear.
 */
export class ScaleModel {
  /** For each step of the load control: milliseconds by which a frame is cheaper than at the first. */
  readonly #saved: number[];
  readonly #every: number[];

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
    const steps = loadSteps(longSide, longSides);
    const areas = steps.map((step) => {
      const { width, height } = detectorSize(size.width, size.height, step.longSide);
      return width * height;
    });
    this.#saved = areas.map((area) => parts.networkMs * (1 - area / areas[0]));
    this.#every = steps.map(({ every }) => every);
  }

  /** What so many cameras will do, by what fewer of them did. */
  predict({ cpuMs, fps: seenFps, step }: CostSeen, cameras: number): Predicted {
    const decoding = FPS * this.parts.decoderMs;
    const full = cpuMs - decoding / seenFps + between(this.#saved, step);
    const capacity = USABLE * this.cores * 1000 / cameras - decoding;
    let fps = 0, cost = full;
    for (const [i, every] of this.#every.entries()) {
      cost = full - this.#saved[i];
      const wanted = FPS / every, borne = Math.max(0, capacity / cost);
      fps = Math.min(wanted, borne);
      if (borne >= wanted * TOLERATED) break;
    }
    const share = cameras * (decoding + fps * cost) / 1000 / this.cores;
    return { fps, cpuShare: Math.min(USABLE, share) };
  }
}

/** The value at a place between two entries. */
function between(values: readonly number[], at: number): number {
  const low = Math.min(values.length - 1, Math.floor(at)),
    high = Math.min(values.length - 1, low + 1);
  return values[low] + (values[high] - values[low]) * (at - low);
}
