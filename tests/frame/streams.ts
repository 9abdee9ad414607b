/** Runs ffmpeg to its end, with the given input, and gives what it prints. */
export async function ffmpeg(args: string[], input?: Uint8Array): Promise<Uint8Array> {
  const child = new Deno.Command("ffmpeg", {
    args: ["-hide_banner", "-nostdin", "-v", "error", ...args],
    stdin: input ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const fed = input ? new Blob([input.slice()]).stream().pipeTo(child.stdin) : undefined;
  const { success, stdout, stderr } = await child.output();
  await fed?.catch(() => {});
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return stdout;
}

/** A byte stream of these bytes in chunks of the given sizes, over and over. */
export function chunked(
  bytes: Uint8Array,
  sizes: readonly number[],
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0, turn = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      if (at >= bytes.length) {
        controller.close();
        controller.byobRequest?.respond(0);
        return;
      }
      const size = sizes[turn++ % sizes.length];
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

/** Puts byte blocks one after the other. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Bytes that look random but are the same every time. */
export function noise(count: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}
