import { UsageError } from "../config/errors.ts";
import { containerOf } from "../encode/file_arguments.ts";
import type { MediaFile } from "../evaluate/media_files.ts";
import { pictureFormat } from "../encode/picture_arguments.ts";

/** A file to blur and where the result goes. */
export interface BlurTask extends MediaFile {
  to: string;
}

/**
 * Settles where each file's result goes: `--out` itself for a single file, otherwise its name below
 * `--out`. A video whose container cannot be written becomes an `.mp4`.
 *
 * @param single Whether one file was given, not a folder.
 * @throws {UsageError} if one would overwrite another or a file that is read, or cannot be written.
 */
export async function blurTasks(
  files: readonly MediaFile[],
  out: string,
  single: boolean,
): Promise<BlurTask[]> {
  const isFolder = /[/\\]$/.test(out) ||
    await Deno.stat(out).then((info) => info.isDirectory, () => !single || !/\.\w+$/.test(out));
  const tasks = files.map((media) => {
    if (!isFolder) return { ...media, to: checked(media, out) };
    const name = media.kind === "video" && containerOf(media.name) === null
      ? media.name.replace(/\.[^./\\]+$/, "") + ".mp4"
      : media.name;
    return { ...media, to: `${out.replace(/(?<=.)[/\\]+$/, "")}/${name}` };
  });
  const taken = new Map<string, string>();
  for (const { file, to } of tasks) {
    const other = taken.get(to);
    if (other) throw new UsageError(`'${other}' and '${file}' would both become '${to}'`);
    taken.set(to, file);
    const there = await Deno.realPath(to).catch(() => null);
    if (there === null) continue;
    for (const each of files) {
      if (await Deno.realPath(each.file).catch(() => null) === there) {
        throw new UsageError(`--out would overwrite '${each.file}': give another file or folder`);
      }
    }
  }
  return tasks;
}

function checked({ file, kind }: MediaFile, out: string): string {
  if (kind === "video" && containerOf(out) === null) {
    throw new UsageError(
      `--out must end in .mp4, .mov, .m4v, .mkv or .ts for a video: got '${out}'`,
    );
  }
  if (kind === "picture" && pictureFormat(file) !== pictureFormat(out)) {
    throw new UsageError(`A picture keeps its format: give --out the ending of '${file}'`);
  }
  return out;
}

/** A name beside the one a file will have, for while it is written; hidden, with the same ending. */
export function partOf(path: string): string {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  return `${path.slice(0, at)}.part-${Deno.pid}-${path.slice(at)}`;
}
