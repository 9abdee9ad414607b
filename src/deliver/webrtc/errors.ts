/**
 * An SDP offer that cannot be answered: not SDP, no video to receive, or no H.264 that we can send.
 * The message says what is wrong with it and what would help; HTTP servers answer 400.
 */
export class OfferError extends Error {
  override readonly name = "OfferError";
}

/**
 * An offer that came while the endpoint has as many viewers as it may have, or is closed. HTTP
 * servers answer 503 with `Retry-After`.
 */
export class BusyError extends Error {
  override readonly name = "BusyError";
  /** Seconds after which trying again makes sense. */
  readonly retryAfterS: number;

  constructor(message: string, retryAfterS: number) {
    super(message);
    this.retryAfterS = retryAfterS;
  }
}
