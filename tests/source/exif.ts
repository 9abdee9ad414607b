/** EXIF as cameras write it, with a maker and a place in it, and files that carry it. */
import { crc32 } from "node:zlib";
import { join } from "../frame/streams.ts";

/** Who made the picture, in the EXIF of {@linkcode exif}. */
export const MAKER = "SECRETCAM";

/** A TIFF header with a maker, an orientation and a place. */
export function exif(orientation: number, isLittle = true): Uint8Array {
  const bytes = new Uint8Array(128), view = new DataView(bytes.buffer);
  const maker = 50, place = 60;
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
    view.setUint16(at, tag, isLittle);
    view.setUint16(at + 2, type, isLittle);
    view.setUint32(at + 4, count, isLittle);
    // A short stands at the front of its four bytes.
    if (type === 3) view.setUint16(at + 8, value, isLittle);
    else view.setUint32(at + 8, value, isLittle);
  };
  bytes.set(new TextEncoder().encode(isLittle ? "II" : "MM"));
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, 8, isLittle);
  view.setUint16(8, 3, isLittle);
  entry(10, 0x010f, 2, MAKER.length + 1, maker);
  entry(22, 0x0112, 3, 1, orientation);
  entry(34, 0x8825, 4, 1, place);
  bytes.set(new TextEncoder().encode(MAKER), maker);
  view.setUint16(place, 2, isLittle);
  entry(place + 2, 1, 2, 2, 0);
  bytes.set(new TextEncoder().encode("N"), place + 10);
  entry(place + 14, 2, 5, 3, 90);
  [52, 1, 31, 1, 12, 1].forEach((value, i) => view.setUint32(90 + 4 * i, value, isLittle));
  return bytes;
}

/** A JPEG with this EXIF. */
export function jpegWith(jpeg: Uint8Array, data: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode("Exif\0\0"), length = 2 + head.length + data.length;
  const marker = Uint8Array.of(0xff, 0xe1, length >> 8, length & 255);
  return join([jpeg.subarray(0, 2), marker, head, data, jpeg.subarray(2)]);
}

/** A PNG with this EXIF behind its header or before its end, and a comment. */
export function pngWith(png: Uint8Array, data: Uint8Array, where: "front" | "end"): Uint8Array {
  const at = where === "front" ? 33 : png.length - 12;
  const comment = new TextEncoder().encode(`Comment\0${MAKER}`);
  return join([png.subarray(0, at), chunk("eXIf", data), chunk("tEXt", comment), png.subarray(at)]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = join([new TextEncoder().encode(type), data]);
  const out = new Uint8Array(body.length + 8), view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(body, 4);
  view.setUint32(4 + body.length, crc32(body));
  return out;
}

/** A WebP of one simple picture, made into one with EXIF behind it. */
export function webpWith(webp: Uint8Array, data: Uint8Array, width: number, height: number) {
  const part = (type: string, body: Uint8Array) => {
    const out = new Uint8Array(8 + body.length + body.length % 2);
    out.set(new TextEncoder().encode(type));
    new DataView(out.buffer).setUint32(4, body.length, true);
    out.set(body, 8);
    return out;
  };
  const extended = new Uint8Array(10), view = new DataView(extended.buffer);
  view.setUint8(0, 8);
  view.setUint16(4, width - 1, true);
  view.setUint16(7, height - 1, true);
  const body = join([
    new TextEncoder().encode("WEBP"),
    part("VP8X", extended),
    webp.subarray(12),
    part("EXIF", data),
  ]);
  return part("RIFF", body);
}
