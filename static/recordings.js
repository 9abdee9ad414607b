// @ts-check
import { ask, cameraPath } from "./api.js";
import { byId, setText } from "./dom.js";
import { formatTime } from "./format.js";
import { watchPage } from "./watch_page.js";

/** @typedef {{ name: string, start: string, end: string, bytes: number }} Recording */

const LOOK_MS = 15_000;

const select = /** @type {HTMLSelectElement} */ (byId("camera"));
const playback = /** @type {HTMLVideoElement} */ (byId("playback"));
const mayChange = document.documentElement.dataset.mayChange !== undefined;
/** What is listed now. */
let shown = "";

/** @param {string} text @param {string} [kind] */
function cell(text, kind = "") {
  const element = document.createElement("td");
  element.textContent = text;
  element.className = kind;
  return element;
}

/** @param {Recording} recording */
function rowOf({ name, start, end, bytes }) {
  const from = formatTime(new Date(start));
  const url =
    new URL(`../api/${cameraPath(select.value)}/recordings/${name}`, import.meta.url).href;
  const play = document.createElement("button");
  play.type = "button";
  play.className = "button plain";
  play.textContent = "Play";
  play.setAttribute("aria-label", `Play the recording of ${from}`);
  play.addEventListener("click", () => {
    playback.hidden = false;
    playback.src = url;
    playback.setAttribute("aria-label", `Recording of ${select.value}, ${from}`);
    playback.scrollIntoView({ block: "nearest" });
    playback.play().catch(() => {
      // The player itself shows what is wrong.
    });
  });
  const download = document.createElement("a");
  download.href = url;
  download.download = `${select.value}-${name}`;
  download.textContent = "Download";
  download.setAttribute("aria-label", `Download the recording of ${from}`);
  const minutes = (Date.parse(end) - Date.parse(start)) / 60_000;
  const last = cell("", "actions");
  last.append(play, download);
  const row = document.createElement("tr");
  row.append(
    cell(from),
    cell(minutes.toFixed(1), "number"),
    cell((bytes / 1e6).toFixed(1), "number"),
    last,
  );
  return row;
}

async function look() {
  const camera = select.value;
  if (camera === "") return setText(byId("said"), "There is no camera.");
  try {
    /** @type {Recording[]} */
    const recordings = await ask("GET", `${cameraPath(camera)}/recordings`);
    if (camera !== select.value) return;
    setText(
      byId("said"),
      recordings.length > 0
        ? ""
        : `Nothing is recorded of ${camera}.${
          mayChange ? " 'Record' in its settings begins it." : ""
        }`,
    );
    byId("list").hidden = recordings.length === 0;
    const text = camera + JSON.stringify(recordings);
    if (text !== shown) byId("rows").replaceChildren(...recordings.map(rowOf));
    shown = text;
  } catch (error) {
    setText(byId("said"), error instanceof Error ? error.message : String(error));
  }
}

const asked = new URLSearchParams(location.search).get("camera");
if (asked !== null) select.value = asked;
select.addEventListener("change", () => {
  playback.pause();
  playback.hidden = true;
  history.replaceState(null, "", `?camera=${encodeURIComponent(select.value)}`);
  look();
});
look();
// A row that has the keyboard is not taken from under it.
setInterval(
  () => document.hidden || byId("rows").contains(document.activeElement) || look(),
  LOOK_MS,
);
watchPage({ onCameras() {} });
