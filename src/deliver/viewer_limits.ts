/**
 * There are as many viewers as there may be, or the camera is being stopped. HTTP servers answer 503
 * with `Retry-After`.
 */
export class BusyError extends Error {
  override readonly name = "BusyError";
  /** Seconds after which trying again makes sense. */
  readonly retryAfterS: number;

  constructor(message: string, retryAfterS = 5) {
    super(message);
    this.retryAfterS = retryAfterS;
  }
}

/** Lets a viewer from this address in. Returns what is to be called once when it leaves. */
export type Admit = (address: string) => () => void;

/** Bounds of {@linkcode ViewerLimits}; 0 sets none. */
export interface ViewerLimitOptions {
  /** Most viewers of one camera. */
  perCamera: number;
  /** Most viewers from one address, of all cameras. */
  perAddress: number;
}

/** Counts the viewers of a service, whatever way they watch, and refuses those that are too many. */
export class ViewerLimits {
  readonly #options: ViewerLimitOptions;
  readonly #cameras = new Map<string, number>();
  readonly #addresses = new Map<string, number>();

  constructor(options: ViewerLimitOptions) {
    this.#options = options;
  }

  /**
   * Lets a viewer in.
   *
   * @param address from where it comes; empty if that is not known, which counts for the camera only
   * @returns a function that lets it out; calling it again does nothing
   * @throws {BusyError} if there are too many
   */
  enter(camera: string, address: string): () => void {
    const { perCamera, perAddress } = this.#options;
    if (perCamera > 0 && (this.#cameras.get(camera) ?? 0) >= perCamera) {
      throw new BusyError(
        `Camera '${camera}' has ${perCamera} viewers already, the most allowed (viewers.perCamera).`,
      );
    }
    if (perAddress > 0 && address && (this.#addresses.get(address) ?? 0) >= perAddress) {
      throw new BusyError(
        `There are ${perAddress} viewers from ${address} already, the most allowed (viewers.perAddress).`,
      );
    }
    change(this.#cameras, camera, 1);
    if (address) change(this.#addresses, address, 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      change(this.#cameras, camera, -1);
      if (address) change(this.#addresses, address, -1);
    };
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
