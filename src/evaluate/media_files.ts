import { UsageError } from "../config/errors.ts";
import { parseAddress } from "../source/address.ts";

/** A file to look at. */
export interface MediaFile {
  file: string;
  kind: "picture" | "video";
  /** Its name below the folder that was given, or its own. */
  name: string;
}

const PICTURES = /\.(jpe?g|jfif|png|webp|bmp|gif|tiff?|ppm|pgm|avif|jp2|tga)$/i;
const VIDEOS =
  /\.(mp4|m4v|mov|mkv|webm|avi|ts|mts|m2ts|mpe?g|flv|wmv|3gp|ogv|nut|mjpe?g|h26[45])$/i;

/**
 * The pictures and videos that paths name: files as they are, folders with all below them, sorted
 * by name; what is neither picture nor video in a folder is passed over.
 *
 * @throws {UsageError} for a path that is not there, or a folder without any.
 */
export async function findMedia(paths: readonly string[]): Promise<MediaFile[]> {
  const found: MediaFile[] = [];
  for (const given of paths) {
    const path = given === "demo" ? parseAddress(given).input : given;
    const info = await Deno.stat(path).catch((error) => {
      throw new UsageError(`Cannot open '${path}': no such file or folder`, { cause: error });
    });
    if (!info.isDirectory) {
      found.push({ file: path, kind: PICTURES.test(path) ? "picture" : "video", name: base(path) });
      continue;
    }
    const before = found.length;
    await walk(path.replace(/(?<=.)\/+$/, ""), "", found);
    if (found.length === before) {
      throw new UsageError(`There is no picture or video in '${path}'`);
    }
  }
  return found;
}

function base(path: string): string {
  return path.split(/[/\\]/).at(-1)!;
}

async function walk(folder: string, below: string, found: MediaFile[]): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const file = folder === "/" ? `/${entry.name}` : `${folder}/${entry.name}`;
    const name = below + entry.name;
    // A link may lead round in circles: only one to a file is followed.
    const info = entry.isSymlink ? await Deno.stat(file).catch(() => null) : entry;
    if (entry.isDirectory) await walk(file, `${name}/`, found);
    else if (!info?.isFile) continue;
    else if (PICTURES.test(file)) found.push({ file, kind: "picture", name });
    else if (VIDEOS.test(file)) found.push({ file, kind: "video", name });
  }
}
