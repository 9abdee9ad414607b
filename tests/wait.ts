/**
 * How long tests wait for what must come, in milliseconds: a guard against hanging where the machine is busy with
 * much else, not a promise of speed.
 */
export const PATIENCE_MS = 120_000;

/** How {@linkcode until} waits. */
export interface Waiting {
  /** Milliseconds between two looks. @default 50 */
  everyMs?: number;
  /** @default {PATIENCE_MS} */
  limitMs?: number;
  /** What else to tell if it does not come. */
  about?: () => string | Promise<string>;
}

/**
 * Looks again and again until what is seen is as wanted; gives it.
 *
 * @param what named in the error
 * @throws {Error} that tells what was seen last, if it is not as wanted within the limit
 */
export async function until<T>(
  what: string,
  read: () => T | Promise<T>,
  wanted: (seen: Awaited<T>) => boolean = Boolean,
  { everyMs = 50, limitMs = PATIENCE_MS, about }: Waiting = {},
): Promise<Awaited<T>> {
  const end = performance.now() + limitMs;
  for (;;) {
    const seen = await read();
    if (wanted(seen)) return seen;
    if (performance.now() > end) {
      const text = typeof seen === "string" ? `'${seen}'` : Deno.inspect(seen, { depth: 6 });
      throw new Error(
        `Not within ${limitMs / 1000} s: ${what}. Seen last: ${text}${await told(about)}`,
      );
    }
    await pause(everyMs);
  }
}

/**
 * Gives what a promise does, or fails when it has not within the limit.
 *
 * @param what named in the error
 */
export async function inTime<T>(
  what: string,
  promise: Promise<T>,
  { limitMs = PATIENCE_MS, about }: Omit<Waiting, "everyMs"> = {},
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => timer = setTimeout(resolve, limitMs, "late"));
  try {
    const first = await Promise.race([promise.then((value) => ({ value })), late]);
    if (first !== "late") return first.value;
    throw new Error(`Not within ${limitMs / 1000} s: ${what}${await told(about)}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Tries something that must be quick, again where it took too long: a busy machine may be slow for a while, what is slow by
 * itself is so each time.
 *
 * @param attempt Does it; gives the milliseconds that it took.
 * @returns the milliseconds of the attempt that was quick enough
 */
export async function quickOnce(
  what: string,
  limitMs: number,
  attempt: () => Promise<number>,
): Promise<number> {
  const took: number[] = [];
  while (took.length < 6) {
    const ms = await attempt();
    if (ms < limitMs) return ms;
    took.push(Math.round(ms));
  }
  throw new Error(`${what} took ${took.join(", ")} ms, each time more than ${limitMs}`);
}

/** Waits, where there is nothing to look at. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * A TCP port of this machine that nobody listens at, and that the system gives to nobody who asks for any port: it can be
 * left and taken again.
 */
export function freePort(): number {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

async function told(about: Waiting["about"]): Promise<string> {
  if (!about) return "";
  try {
    return `. ${await about()}`;
  } catch (error) {
    return `. (No more can be told: ${error})`;
  }
}
