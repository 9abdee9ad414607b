// @ts-check
import { byId, setText } from "./dom.js";
import { countOf, formatFps, formatTime } from "./format.js";
import { LogView } from "./log_view.js";
import { Tile } from "./tile.js";
import { restUnseen, watchPage } from "./watch_page.js";

const WINDOW_S = 1800;
const JOURNAL_MS = 5000;

/** @type {Record<string, string>} */
const WHAT = {
  connecting: "Connecting",
  live: "Live",
  retrying: "Offline",
  ended: "Ended",
  disabled: "Switched off",
  stalled: "No picture for seconds",
  covered: "Picture covered",
  shown: "Picture shown again",
};

/** @typedef {{ at: string, what: string, why: string | null }} Entry */

/**
 * Puts a cover and its end into one entry.
 *
 * @param {Entry[]} journal the oldest first
 * @returns {(Entry & { words: string })[]}
 */
function inShort(journal) {
  /** @type {(Entry & { words: string })[]} */
  const entries = [];
  for (const entry of journal) {
    const last = entries.at(-1);
    if (entry.what === "shown" && last?.what === "covered") {
      const seconds = Math.max(1, Math.round((Date.parse(entry.at) - Date.parse(last.at)) / 1000));
      Object.assign(last, { what: "was-covered", words: `Picture covered for ${seconds} s` });
    } else entries.push({ ...entry, words: WHAT[entry.what] ?? entry.what });
  }
  return entries;
}

const element = /** @type {HTMLElement} */ (byId("camera").querySelector("[data-camera]"));
const name = element.dataset.camera ?? "";
const tile = new Tile(element, name, WINDOW_S);
const api = new URL(`../api/`, import.meta.url).href;

/** @param {Entry[]} journal the oldest first */
function showJournal(journal) {
  const rows = inShort(journal).toReversed().map(({ at, what, why, words }) => {
    const row = document.createElement("tr");
    for (const text of [formatTime(new Date(at)), words, why ?? ""]) {
      const cell = document.createElement("td");
      cell.textContent = text;
      row.append(cell);
    }
    row.dataset.what = what;
    return row;
  });
  byId("journal").replaceChildren(...rows);
}

/** The entries shown now. */
let shown = "";

/** Gets what happened, and at first the last half hour's numbers. */
async function look(first = false) {
  const [past, connections] = await Promise.all(
    [`cameras/${encodeURIComponent(name)}/history`, "connections"].map(async (path) => {
      const response = await fetch(api + path);
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return await response.json();
    }),
  );
  if (first) {
    // The two clocks may differ.
    const shiftS = Date.now() / 1000 - past.nowS;
    tile.fill(past.samples.map((
      /** @type {number[]} */ [timeS, cameraFps, fps, plates, cars, guard],
    ) => ({ timeS: timeS + shiftS, cameraFps, fps, plates, cars, guard })));
  }
  const journal = JSON.stringify(past.journal);
  if (journal !== shown) showJournal(past.journal);
  shown = journal;
  showConnection(connections.find((/** @type {{ name: string }} */ each) => each.name === name));
}

/** @param {any} connection as the server tells it */
function showConnection(connection) {
  if (!connection) return;
  const { quality, expectedFps, reconnectsLastHour, stallsLastHour } = connection;
  const usual = expectedFps === null ? "" : `, usually ${formatFps(expectedFps)} frames/s`;
  setText(
    byId("connection"),
    `Connection ${quality ?? "not judged yet"}${usual}; in the last hour ` +
      `${countOf(reconnectsLastHour, "reconnect")} and ${countOf(stallsLastHour, "stall")}.`,
  );
}

const lookAgain = (first = false) =>
  look(first).catch(() => {
    // The page says by itself that the connection is lost.
  });

tile.play();
restUnseen(() => tile.rest(), () => tile.play());
lookAgain(true);
setInterval(() => document.hidden || lookAgain(), JOURNAL_MS);
const list = document.getElementById("log");
const log = list && new LogView(
  list,
  /** @type {HTMLSelectElement} */ (byId("log-level")),
  byId("log-empty"),
);
watchPage({
  ...(log ? { logOf: name, onLog: (lines) => log.add(lines) } : {}),
  onCameras(statuses) {
    const status = statuses.find((each) => each.name === name);
    // Removed, or named otherwise, while the page was open.
    if (!status) return location.reload();
    const before = tile.words;
    tile.update(status);
    if (before !== "" && before !== tile.words) setText(byId("announce"), tile.words);
    document.title = `${tile.words} · ${name} · Bokashi`;
  },
  onFound() {
    tile.tryNow();
    lookAgain(true);
  },
  onColours: () => tile.redraw(),
});
addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
  if (!ctrlKey && !metaKey && !altKey && (key === "f" || key === "F")) tile.toggleFullscreen();
});
