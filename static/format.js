// @ts-check

const whole = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const dayAndClock = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/**
 * A count, short enough for a tile: `1,204`, `48k`.
 *
 * @param {number} count
 */
export function formatCount(count) {
  if (count < 10_000) return whole.format(count);
  if (count < 1_000_000) return `${Math.floor(count / 1000)}k`;
  return `${(Math.floor(count / 100_000) / 10).toFixed(1)}M`;
}

/**
 * Frames per second.
 *
 * @param {number} fps
 */
export function formatFps(fps) {
  return fps.toFixed(fps < 100 ? 1 : 0);
}

/**
 * Milliseconds without their unit; a dash where nothing is measured yet.
 *
 * @param {number | null} ms
 */
export function formatMs(ms) {
  if (ms === null) return "–";
  return ms < 10 ? ms.toFixed(1) : whole.format(Math.round(ms));
}

/**
 * A number of things in words: `1 viewer`, `2 viewers`.
 *
 * @param {number} count
 * @param {string} thing
 */
export function countOf(count, thing) {
  return `${formatCount(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/**
 * A moment in the viewer's own time zone: the time today, else the day too.
 *
 * @param {Date} time
 */
export function formatTime(time) {
  const today = time.toDateString() === new Date().toDateString();
  return (today ? clock : dayAndClock).format(time);
}

/** A share, 0..1, in percent. @param {number} share @returns {string} */
export function formatShare(share) {
  return `${Math.round(share * 100)} %`;
}
