/** Something did not happen in time. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/**
 * Waits for `promise`, but not longer than `limitMs`. What is late is left to itself.
 *
 * @param message What to say when it is late.
 * @throws {DeadlineError} when it is late.
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  limitMs: number,
  message: string,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(message)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    // A failure that comes after the deadline concerns nobody.
    promise.catch(() => {});
  }
}

/** Waits `ms` milliseconds, or until the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
