// @ts-check
import { setUpTheme } from "./controls.js";
import { byId, setText } from "./dom.js";
import { watchCameras } from "./events.js";
import { formatTime } from "./format.js";

/** A page that has been out of sight for so long leaves the server until it is looked at again. */
const REST_AFTER_MS = 60_000;

/**
 * Sets up what all pages have that follow the cameras' numbers: the theme, the numbers themselves, and
 * the word that the connection is lost.
 *
 * @param {object} page
 * @param {(history: import("./events.js").History) => void} [page.onHistory]
 * @param {(statuses: import("./camera_status.js").CameraStatus[]) => void} page.onCameras
 * @param {() => void} [page.onFound] the connection is back
 * @param {() => void} [page.onColours] the colours are others
 * @param {string} [page.logOf] a camera whose log is followed as well
 * @param {(lines: import("./events.js").LogLine[]) => void} [page.onLog]
 */
export function watchPage({ onHistory, onCameras, onFound, onColours, logOf, onLog }) {
  setUpTheme(() => onColours?.());
  const root = document.documentElement;
  const title = () => document.title.replace(/^Connection lost · /, "");
  const events = new URL("../api/events", import.meta.url);
  if (logOf !== undefined) events.searchParams.set("log", logOf);
  watchCameras(events.href, {
    onLog: (lines) => onLog?.(lines),
    onHistory: (history) => onHistory?.(history),
    onCameras(statuses) {
      if (root.classList.contains("lost")) {
        root.classList.remove("lost");
        byId("lost").hidden = true;
        document.title = title();
        setText(byId("announce"), "The connection is back.");
        onFound?.();
      }
      onCameras(statuses);
    },
    onLost() {
      root.classList.add("lost");
      const text = `Connection to Bokashi lost at ${
        formatTime(new Date())
      }. Trying to get it back.`;
      setText(byId("lost-text"), text);
      byId("lost").hidden = false;
      document.title = `Connection lost · ${title()}`;
    },
    onRefused: () => location.reload(),
  });
}

/**
 * Lets a page's pictures rest while nobody can see it.
 *
 * @param {() => void} rest
 * @param {() => void} wake
 */
export function restUnseen(rest, wake) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) {
      timer = setTimeout(() => document.pictureInPictureElement || rest(), REST_AFTER_MS);
    } else {
      wake();
    }
  });
  addEventListener("pagehide", rest);
  addEventListener("pageshow", (event) => {
    if (event.persisted) wake();
  });
}
