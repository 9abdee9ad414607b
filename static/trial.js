// @ts-check
import { ask, cameraPath } from "./api.js";
import { byId, setText } from "./dom.js";

const POLL_MS = 500;
const LIMIT_MS = 40_000;
const SNAPSHOT_ATTEMPTS = 12;
/** The first pictures are behind a "starting" card in what has been encoded. */
const SETTLE_MS = 1500;

/**
 * Tries a camera out: the service opens it for a moment beside the others, masked like them, and its
 * first picture is put into an image element.
 *
 * @param {Record<string, unknown>} entry the camera's settings
 * @param {HTMLImageElement} image
 * @returns {Promise<string>} what the camera sends, in words
 * @throws {Error} with the reason why there is no picture
 */
export async function tryCamera(entry, image) {
  const { name } = await ask("POST", "trials", entry);
  try {
    const status = await firstPicture(name);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    await showSnapshot(name, image, status.width);
    return `${status.width} × ${status.height}, ${status.fps.camera.toFixed(0)} frames/s`;
  } finally {
    await ask("DELETE", cameraPath(name)).catch(() => {
      // The service ends it by itself after a minute.
    });
  }
}

/** Waits until a picture has left with its masks. @param {string} name */
async function firstPicture(name) {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const status = await ask("GET", cameraPath(name));
    if (status.state === "live" && status.guard.state !== "covered") return status;
    if (status.state === "retrying") throw new Error(status.lastError ?? "It cannot be opened.");
    if (status.state === "ended") throw new Error("It ended before a picture came.");
    if (performance.now() > end) {
      throw new Error(status.lastError ?? "It is open, but no picture could be masked in time.");
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * Shows a camera's newest picture, which takes a moment to be encoded.
 *
 * @param {string} name
 * @param {HTMLImageElement} image
 * @param {number} width of the camera's picture: a card may be of another
 */
async function showSnapshot(name, image, width) {
  const url = new URL(`../${cameraPath(name)}/snapshot.jpg`, import.meta.url).href;
  for (let attempt = 1;; attempt++) {
    image.src = `${url}?attempt=${attempt}`;
    try {
      await image.decode();
      if (image.naturalWidth === width) return;
    } catch {
      // Not encoded yet.
    }
    if (attempt === SNAPSHOT_ATTEMPTS) {
      throw new Error("It is open, but its picture cannot be shown.");
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Tells how it went. @param {unknown} words a text, or the error that came of it */
export function say(words) {
  const said = byId("said");
  said.classList.toggle("wrong", words instanceof Error);
  setText(said, words instanceof Error ? words.message : String(words));
}

/**
 * Lets the page's test button try out what its form says.
 *
 * @param {() => Record<string, unknown> | null} read the form's settings; null if they are not whole
 */
export function offerTrial(read) {
  const button = /** @type {HTMLButtonElement} */ (byId("test"));
  const image = /** @type {HTMLImageElement} */ (byId("trial"));
  button.addEventListener("click", async () => {
    const entry = read();
    if (!entry) return;
    button.disabled = true;
    image.hidden = true;
    say("Opening it …");
    try {
      const what = await tryCamera(entry, image);
      image.hidden = false;
      say(`It works: ${what}. This is its first picture, with its plates masked.`);
    } catch (error) {
      say(error);
    }
    button.disabled = false;
  });
}
