/** A picture in planar YUV 4:2:0, limited range: full luma, then U and V at half size. */
export interface I420 {
  /** Even, in pixels. */
  readonly width: number;
  /** Even, in pixels. */
  readonly height: number;
  /** `width * height` bytes. */
  readonly y: Uint8Array;
  /** `width / 2 * height / 2` bytes each. */
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

/** A black picture with memory of its own. */
export function blankI420(width: number, height: number): I420 {
  const chroma = (width / 2) * (height / 2);
  return {
    width,
    height,
    y: new Uint8Array(width * height).fill(16),
    u: new Uint8Array(chroma).fill(128),
    v: new Uint8Array(chroma).fill(128),
  };
}
