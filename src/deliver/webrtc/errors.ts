/**
 * An SDP offer that cannot be answered: not SDP, no video to receive, or no H.264 that we can send.
 * The message says what is wrong with it and what would help; HTTP servers answer 400.
 */
export class OfferError extends Error {
  override readonly name = "OfferError";
}

/** The camera has sent no picture yet, or none lately. HTTP servers answer 409 with `Retry-After`. */
export class NotLiveError extends Error {
  override readonly name = "NotLiveError";
  /** Seconds after which trying again makes sense. */
  readonly retryAfterS = 2;
}
