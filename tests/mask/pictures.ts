import { blankI420, type I420 } from "../../src/frame/i420.ts";
import { noise } from "../frame/streams.ts";

/** A picture of which no two neighbours are alike. */
export function noisePicture(width: number, height: number, seed = 1): I420 {
  const picture = blankI420(width, height);
  picture.y.set(noise(picture.y.length, seed));
  picture.u.set(noise(picture.u.length, seed + 1));
  picture.v.set(noise(picture.v.length, seed + 2));
  return picture;
}
