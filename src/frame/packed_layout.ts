import type { I420 } from "./i420.ts";

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
    const { width, height, smallWidth, smallHeight } = this;
    for (let row = 0; row < smallHeight; row++) {
      const from = (height + row) * width;
      to.y.set(packed.subarray(from, from + smallWidth), row * smallWidth);
    }
    const chromaWidth = smallWidth / 2, chromaHeight = smallHeight / 2;
    for (let plane = 0; plane < 2; plane++) {
      const start = this.#lumaBytes + plane * this.#chromaBytes;
      for (let row = 0; row < chromaHeight; row++) {
        const from = start + (height / 2 + row) * (width / 2);
        to.uv.set(
          packed.subarray(from, from + chromaWidth),
          (plane * chromaHeight + row) * chromaWidth,
        );
      }
    }
  }
}
