// @ts-check

/** Well under 3 s, by when a lost server must show; events come once a second. */
const LOST_AFTER_MS = 2500;
const CHECK_MS = 250;
const RETRY_MS = 1000;
/** An attempt that has brought nothing for so long is given up for a new one. */
const ATTEMPT_MS = 4000;

/**
 * @typedef {object} History
 * @property {number} nowS the server's clock
 * @property {Record<string, number[][]>} cameras
 *   by camera: seconds on the server's clock, camera's and processed frames/s, plates, cars, guard
 */

/** @typedef {{ id: number, at: string, level: "debug" | "info" | "warn" | "error", message: string }} LogLine */

/**
 * @typedef {object} CameraWatch
 * @property {(lines: LogLine[]) => void} [onLog] lines of a camera's log, if they were asked for
 * @property {(history: History) => void} onHistory the last minutes, at each new connection
 * @property {(statuses: import("./camera_status.js").CameraStatus[]) => void} onCameras
 *   the cameras' numbers, once a second
 * @property {() => void} onLost nothing has come for too long
 * @property {() => void} onRefused the server wants a token again
 */

/**
 * Follows the server's numbers for as long as the page lives. A lost server is looked for until it is
 * back.
 *
 * @param {string} url address of the server-sent events
 * @param {CameraWatch} watch
 */
export function watchCameras(url, watch) {
  /** @type {EventSource | undefined} */
  let source;
  let heardAt = performance.now();
  let triedAt = 0;
  let lost = false;

  function connect() {
    source?.close();
    triedAt = performance.now();
    const current = source = new EventSource(url);
    current.addEventListener("history", (event) => watch.onHistory(JSON.parse(event.data)));
    current.addEventListener("log", (event) => watch.onLog?.(JSON.parse(event.data)));
    current.addEventListener("cameras", (event) => {
      heardAt = triedAt = performance.now();
      lost = false;
      watch.onCameras(JSON.parse(event.data));
    });
    current.addEventListener("error", async () => {
      // The browser's own way of trying again gives up on some errors; this one never does.
      current.close();
      if (current !== source) return;
      source = undefined;
      triedAt = performance.now();
      if (await isRefused(url)) watch.onRefused();
    });
  }

  connect();
  setInterval(() => {
    const now = performance.now();
    if (!lost && now - heardAt > LOST_AFTER_MS) {
      lost = true;
      watch.onLost();
    }
    if (now - triedAt > (source ? ATTEMPT_MS : RETRY_MS)) connect();
  }, CHECK_MS);
}

/** @param {string} url */
async function isRefused(url) {
  try {
    return (await fetch(url, { method: "HEAD" })).status === 401;
  } catch {
    return false;
  }
}
