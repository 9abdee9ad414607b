/** How a picture lies in its file, as EXIF counts it: 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** ffmpeg's filter that sets a picture upright, by its orientation. */
const FILTERS: Record<Orientation, string | null> = {
  1: null,
  2: "hflip",
  3: "hflip,vflip",
  4: "vflip",
  5: "transpose=cclock_flip",
  6: "transpose=clock",
  7: "transpose=clock_flip",
  8: "transpose=cclock",
};

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const ORIENTATION_TAG = 0x0112;
/** EXIF that is longer is not read, and a file of more parts than this is not searched to its end. */
const MOST_EXIF_BYTES = 1 << 20, MOST_PARTS = 100_000;

/** What a picture file says of how its picture lies. */
export interface Lie {
  /** Whether it is of a kind in which ffmpeg does not look for that: PNG and WebP. */
  isOurs: boolean;
  /** Filters that set it upright; null if it lies so, or if it is ffmpeg's to do. */
  filter: string | null;
}

/**
 * Reads how the picture of a PNG or WebP lies in its file. ffmpeg turns a JPEG by its EXIF, but not these
 * (5.1), and a picture on its side hides its plates from the detector.
 */
export async function readLie(path: string): Promise<Lie> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch {
    // ffmpeg will say why.
    return { isOurs: false, filter: null };
  }
  using _ = file;
  const head = await bytesAt(file, 0, 12);
  const isPng = PNG.every((byte, i) => head[i] === byte);
  const isWebp = ascii(head, 0) === "RIFF" && ascii(head, 8) === "WEBP";
  if (!isPng && !isWebp) return { isOurs: false, filter: null };
  const exif = isPng
    ? await findPart(file, 8, "eXIf", { isLittle: false, typeAt: 4, after: 4 })
    : await findPart(file, 12, "EXIF", { isLittle: true, typeAt: 0, after: 0 });
  return { isOurs: true, filter: FILTERS[exif ? exifOrientation(exif) : 1] };
}

/**
 * The orientation that EXIF tells: a TIFF header and directory, with or without `Exif` in front.
 *
 * @returns 1 where it tells none that there is.
 */
export function exifOrientation(exif: Uint8Array): Orientation {
  const tiff = ascii(exif, 0) === "Exif" ? exif.subarray(6) : exif;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const isLittle = view.getUint16(0) === 0x4949;
    const directory = view.getUint32(4, isLittle);
    const entries = view.getUint16(directory, isLittle);
    for (let i = 0; i < entries; i++) {
      const at = directory + 2 + 12 * i;
      if (view.getUint16(at, isLittle) !== ORIENTATION_TAG) continue;
      const value = view.getUint16(at + 8, isLittle);
      return value in FILTERS ? value as Orientation : 1;
    }
  } catch (error) {
    // It points outside itself.
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}

/** Where a part of a file has its length, its type and its end. */
interface PartShape {
  isLittle: boolean;
  /** Bytes from the part's begin to its type; its length is in the other four of the first eight. */
  typeAt: number;
  /** Bytes after its data. */
  after: number;
}

/** The data of the first part of a type in a file of parts, one after the other. */
async function findPart(
  file: Deno.FsFile,
  from: number,
  type: string,
  { isLittle, typeAt, after }: PartShape,
): Promise<Uint8Array | null> {
  for (let at = from, parts = 0; parts < MOST_PARTS; parts++) {
    const head = await bytesAt(file, at, 8);
    if (head.length < 8) return null;
    const length = new DataView(head.buffer).getUint32(4 - typeAt, isLittle);
    if (ascii(head, typeAt) === type) {
      return length > MOST_EXIF_BYTES ? null : await bytesAt(file, at + 8, length);
    }
    // RIFF's parts, whose lengths are little-endian, begin at even places.
    at += 8 + length + (isLittle ? length % 2 : 0) + after;
  }
  return null;
}

async function bytesAt(file: Deno.FsFile, at: number, count: number): Promise<Uint8Array> {
  await file.seek(at, Deno.SeekMode.Start);
  const bytes = new Uint8Array(count);
  let filled = 0;
  while (filled < count) {
    const got = await file.read(bytes.subarray(filled));
    if (got === null) break;
    filled += got;
  }
  return bytes.slice(0, filled);
}

function ascii(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
