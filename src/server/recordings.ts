import { Hono } from "hono";
import type { CameraDirectory } from "../pipeline/status.ts";
import { cameraOr404, problem } from "./errors.ts";

/**
 * `GET /api/cameras/{name}/recordings`: what is recorded, newest first.
 * `GET /api/cameras/{name}/recordings/{file}`: one file, or a range of it.
 */
export function recordingRoutes(cameras: CameraDirectory): Hono {
  const routes = new Hono();
  routes.get("/api/cameras/:name/recordings", async (c) => {
    const { recordings } = cameraOr404(cameras, c.req.param("name")).outputs;
    c.header("cache-control", "no-store");
    return c.json(await recordings.list());
  });
  routes.get("/api/cameras/:name/recordings/:file", async (c) => {
    const { recordings } = cameraOr404(cameras, c.req.param("name")).outputs;
    const name = c.req.param("file");
    const found = await recordings.open(name);
    if (!found) throw problem(404, `There is no recording '${name}', or no longer.`);
    const { file, bytes, end } = found;
    const range = parseRange(c.req.header("range"), bytes);
    const headers: Record<string, string> = {
      "content-type": "video/mp4",
      "accept-ranges": "bytes",
      // A file that is being written grows.
      "cache-control": "no-cache",
      "last-modified": end.toUTCString(),
    };
    if (range === "outside") {
      file.close();
      const refusal = problem(416, `The recording has ${bytes} bytes.`).getResponse();
      refusal.headers.set("content-range", `bytes */${bytes}`);
      return refusal;
    }
    const { from, to } = range ?? { from: 0, to: bytes };
    headers["content-length"] = String(to - from);
    if (range) headers["content-range"] = `bytes ${from}-${to - 1}/${bytes}`;
    if (c.req.method === "HEAD") {
      file.close();
      return c.body(null, range ? 206 : 200, headers);
    }
    await file.seek(from, Deno.SeekMode.Start);
    return c.body(firstBytes(file, to - from), range ? 206 : 200, headers);
  });
  return routes;
}

/**
 * The one range that a `Range` header asks for (RFC 9110, section 14.2). Several ones, and what is no
 * range, are answered by the whole file.
 *
 * @returns bytes from `from` up to, not including, `to`; null for the whole file
 */
export function parseRange(
  header: string | undefined,
  bytes: number,
): { from: number; to: number } | "outside" | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (first === undefined || (first === "" && last === "")) return null;
  const from = first === "" ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === "" || last === "" ? bytes : Math.min(bytes, Number(last) + 1);
  return from < to ? { from, to } : "outside";
}

/** The next so many bytes of a file, which is closed at their end. */
function firstBytes(file: Deno.FsFile, count: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(256 * 1024);
  let left = count;
  return new ReadableStream({
    async pull(controller) {
      const read = left > 0
        ? await file.read(chunk.subarray(0, Math.min(left, chunk.length)))
        : null;
      if (read === null) {
        file.close();
        controller.close();
        return;
      }
      left -= read;
      controller.enqueue(chunk.slice(0, read));
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}
