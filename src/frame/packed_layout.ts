import type { I420 } from "./i420.ts";
import { type Plane, shrinkPlane } from "./shrink_plane.ts";

/** Where the small picture's planes go: `y` w*h bytes, `uv` U then V, w/2*h/2 bytes each. */
export interface SmallPicture {
  y: Uint8Array;
  uv: Uint8Array;
}

/**
 * The memory of one captured picture: the camera's frame with the detector's small picture packed
 * below it, as one I420 picture of the frame's width. ffmpeg scales and packs, so that one pipe
 * carries both and no pixel is resampled here.
 *
 * Because the small picture lies below, each plane of the full frame is one run of bytes.
 */
export class PackedLayout {
  /** Bytes of one packed picture. */
  readonly bytes: number;
  readonly #lumaBytes: number;
  readonly #chromaBytes: number;

  /**
   * @param width Frame width in pixels, even.
   * @param height Frame height in pixels, even.
   * @param smallWidth Small picture's width, a multiple of 32, at most `width`.
   * @param smallHeight Small picture's height, a multiple of 32.
   */
  constructor(
    readonly width: number,
    readonly height: number,
    readonly smallWidth: number,
    readonly smallHeight: number,
  ) {
    this.#lumaBytes = width * (height + smallHeight);
    this.#chromaBytes = this.#lumaBytes / 4;
    this.bytes = this.#lumaBytes + 2 * this.#chromaBytes;
  }

  /** The full frame inside a packed picture; shares its memory. */
  frame(packed: Uint8Array): I420 {
    const luma = this.width * this.height;
    const u = this.#lumaBytes, v = u + this.#chromaBytes;
    return {
      width: this.width,
      height: this.height,
      y: packed.subarray(0, luma),
      u: packed.subarray(u, u + luma / 4),
      v: packed.subarray(v, v + luma / 4),
    };
  }

  /** Copies the small picture out of a packed one. */
  copySmall(packed: Uint8Array, to: SmallPicture): void {
    const luma = this.smallWidth * this.smallHeight;
    const targets = [to.y, to.uv.subarray(0, luma / 4), to.uv.subarray(luma / 4)];
    this.#smallPlanes(packed).forEach(({ data, offset, stride, width, height }, plane) => {
      for (let row = 0; row < height; row++) {
        const from = offset + row * stride;
        targets[plane].set(data.subarray(from, from + width), row * width);
      }
    });
  }

  /** Copies the small picture, made smaller still: even sides, more than half of its own. */
  shrinkSmall(packed: Uint8Array, to: SmallPicture, width: number, height: number): void {
    const quarter = width * height / 4;
    const [y, u, v] = this.#smallPlanes(packed);
    shrinkPlane(y, to.y, width, height);
    shrinkPlane(u, to.uv.subarray(0, quarter), width / 2, height / 2);
    shrinkPlane(v, to.uv.subarray(quarter), width / 2, height / 2);
  }

  #smallPlanes(packed: Uint8Array): Plane[] {
    const { width, height, smallWidth, smallHeight } = this;
    const luma = {
      data: packed,
      offset: height * width,
      stride: width,
      width: smallWidth,
      height: smallHeight,
    };
    const chroma = [0, 1].map((plane) => ({
      data: packed,
      offset: this.#lumaBytes + plane * this.#chromaBytes + (height / 2) * (width / 2),
      stride: width / 2,
      width: smallWidth / 2,
      height: smallHeight / 2,
    }));
    return [luma, ...chroma];
  }
}
