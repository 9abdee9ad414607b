import type { View } from "./camera_path.ts";

/** A still picture in planes of full size: Y, U and V. */
export interface Still {
  width: number;
  height: number;
  planes: [Uint8Array, Uint8Array, Uint8Array];
}

/** Decodes a picture. */
export async function readStill(file: string, width: number, height: number): Promise<Still> {
  const { stdout, success } = await new Deno.Command("ffmpeg", {
    args: [
      ...["-v", "error", "-i", `file:${file}`, "-vf", `scale=${width}:${height}`],
      ...["-pix_fmt", "yuv444p", "-f", "rawvideo", "pipe:1"],
    ],
  }).output();
  const size = width * height;
  if (!success || stdout.length !== size * 3) throw new Error(`Cannot read '${file}'`);
  const plane = (i: number) => stdout.subarray(i * size, (i + 1) * size);
  return { width, height, planes: [plane(0), plane(1), plane(2)] };
}

/** Draws frames of one size; its memory is reused from frame to frame. */
export class Renderer {
  /** I420: Y, then U and V at half size. */
  readonly frame: Uint8Array;
  readonly #sums: Float32Array;
  readonly #noise: Float32Array;

  /** @param random Where the sensor's noise comes from. */
  constructor(readonly width: number, readonly height: number, random: () => number) {
    this.frame = new Uint8Array(width * height * 1.5);
    this.#sums = new Float32Array(width * height);
    // Drawn once and read from another place in each frame: as good as new, and fast.
    this.#noise = Float32Array.from(
      { length: width * height + 65_536 },
      () => random() + random() + random() + random() - 2,
    );
  }

  /**
   * Draws a frame.
   *
   * @param views Moments of the exposure; their mean is the motion blur.
   * @param noise Standard deviation in steps of luma.
   * @param random 0..1, another for each frame.
   */
  draw(still: Still, views: readonly View[], gain: number, noise: number, random: number): void {
    const { width, height, frame } = this;
    const luma = width * height, chroma = luma / 4;
    const grain = this.#noise.subarray(Math.floor(random * 65_536));
    // Four uniform numbers have a standard deviation of 0.577.
    const strength = noise / 0.577;
    this.#mean(still, 0, views, 1);
    for (let i = 0; i < luma; i++) {
      const value = 16 + (this.#sums[i] - 16) * gain + grain[i] * strength;
      frame[i] = value < 16 ? 16 : value > 235 ? 235 : value;
    }
    for (const plane of [1, 2]) {
      this.#mean(still, plane, views, 2);
      const start = luma + (plane - 1) * chroma;
      for (let i = 0; i < chroma; i++) frame[start + i] = 128 + (this.#sums[i] - 128) * gain;
    }
  }

  /** The mean over the views of one plane, at every `step`-th pixel, bilinear. */
  #mean(still: Still, plane: number, views: readonly View[], step: number): void {
    const pixels = still.planes[plane], sums = this.#sums;
    const columns = this.width / step, rows = this.height / step;
    const { width, height } = still;
    sums.fill(0, 0, columns * rows);
    for (const view of views) {
      const cos = Math.cos(view.roll) / view.scale, sin = Math.sin(view.roll) / view.scale;
      for (let row = 0; row < rows; row++) {
        const dy = (row + 0.5) * step - this.height / 2;
        const dx = 0.5 * step - this.width / 2;
        let u = view.x + dx * cos + dy * sin - 0.5, v = view.y - dx * sin + dy * cos - 0.5;
        for (
          let i = row * columns;
          i < (row + 1) * columns;
          i++, u += cos * step, v -= sin * step
        ) {
          const left = Math.floor(u), top = Math.floor(v);
          const fu = u - left, fv = v - top;
          const a = mirrored(left, width), b = mirrored(left + 1, width);
          const upper = clamped(top, height) * width, lower = clamped(top + 1, height) * width;
          const above = pixels[upper + a] * (1 - fu) + pixels[upper + b] * fu;
          const below = pixels[lower + a] * (1 - fu) + pixels[lower + b] * fu;
          sums[i] += above * (1 - fv) + below * fv;
        }
      }
    }
    if (views.length > 1) {
      const share = 1 / views.length;
      for (let i = 0; i < columns * rows; i++) sums[i] *= share;
    }
  }
}

/** Left and right of the picture its mirror image goes on. */
function mirrored(x: number, width: number): number {
  if (x >= 0 && x < width) return x;
  const folded = ((x % (2 * width)) + 2 * width) % (2 * width);
  return folded < width ? folded : 2 * width - 1 - folded;
}

/** Above and below it its last row goes on: cars do not stand on their heads. */
function clamped(y: number, height: number): number {
  return y < 0 ? 0 : y >= height ? height - 1 : y;
}
