// @ts-check

/** @typedef {{ p50: number | null, p95: number | null }} Latency */
/** @typedef {"covered" | "guarded" | "live"} GuardState */

/**
 * A camera's numbers as the server sends them; `src/pipeline/status.ts` says what they mean.
 *
 * @typedef {object} CameraStatus
 * @property {string} name
 * @property {string} source
 * @property {"connecting" | "live" | "retrying" | "ended" | "disabled"} state
 * @property {string} since
 * @property {number | null} width
 * @property {number | null} height
 * @property {string | null} profile
 * @property {string | null} provider
 * @property {string | null} model
 * @property {string | null} decoder
 * @property {string | null} encoder
 * @property {number} lookAhead
 * @property {number} loadStep
 * @property {number} sourceDelayMs
 * @property {string[]} hides
 * @property {{ camera: number, processed: number, encoded: number, skipped: number }} fps
 * @property {number} dropped
 * @property {number} covered
 * @property {{ state: GuardState, since: string, tracks: number, predicted: number, predictedTotal: number, risk: number }} guard
 * @property {{ now: { car: number, plate: number }, total: { car: number, plate: number } }} detections
 * @property {Record<"inference" | "captureToMasked" | "maskedToEncoded" | "endToEnd", Latency>} latencyMs
 * @property {Record<string, number>} viewers
 * @property {string | null} lastError
 */

/** @type {Record<CameraStatus["state"], string>} */
export const STATE_WORDS = {
  connecting: "Connecting",
  live: "Live",
  retrying: "Offline, retrying",
  ended: "Ended",
  disabled: "Switched off",
};

/**
 * What a camera that sends shows of its picture. A mask that is held for a moment where its plate is
 * expected is how a busy street looks: nothing to tell apart.
 *
 * @type {Record<GuardState, string>}
 */
export const GUARD_WORDS = { covered: "Covered", guarded: "Live", live: "Live" };

/** What these mean, for who points at them. @type {Record<GuardState, string>} */
export const GUARD_HINTS = {
  covered: "Nothing of the camera is shown: the picture is covered as a whole",
  guarded: "Every frame was checked; a mask or more is held where its plate is expected",
  live: "Every frame was checked; each mask is where a plate was seen",
};

/**
 * What may leave plates bare, in words; empty where nothing is known to.
 *
 * @param {CameraStatus} status
 * @returns {{ word: string, hint: string }[]}
 */
export function risksOf({ hides, loadStep }) {
  const risks = [];
  if (!hides.includes("plate")) {
    risks.push({
      word: "Plates are not hidden",
      hint: "The camera's settings hide cars only: a plate without a car around it is bare",
    });
  }
  if (loadStep > 0) {
    risks.push({
      word: "The machine is too slow",
      hint:
        "The detector sees a smaller picture, in which far plates may be missed, or fewer frames",
    });
  }
  return risks;
}

/** What is shown instead of a picture while there never was one. */
export const VEIL_WORDS = {
  connecting: "Waiting for the first picture",
  live: "Waiting for the first picture",
  retrying: "The camera is offline",
  ended: "The camera has ended",
  disabled: "The camera is switched off",
};

/** How viewers can watch. @type {Record<string, string>} */
const WAYS = { webrtc: "WebRTC", hls: "HLS", mjpeg: "Motion JPEG" };

/**
 * Who watches, in words: `2 by WebRTC, 1 by HLS`.
 *
 * @param {CameraStatus["viewers"]} viewers
 */
export function viewersInWords(viewers) {
  const ways = Object.entries(viewers).filter(([, count]) => count > 0)
    .map(([way, count]) => `${count} by ${WAYS[way] ?? way}`);
  return ways.length === 0 ? "none" : ways.join(", ");
}
