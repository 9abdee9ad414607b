// @ts-check
import { byId } from "./dom.js";
import { formatFps, formatMs } from "./format.js";
import { watchPage } from "./watch_page.js";

/** @typedef {import("./camera_status.js").CameraStatus} CameraStatus */
/** @typedef {{ text: string, kind?: string, href?: string }} Cell */

const CONNECTIONS_MS = 5000;

/** By camera, as the server tells it. @type {Map<string, any>} */
let connections = new Map();

/** @param {number | null | undefined} value @param {(value: number) => string} format @returns {Cell} */
function number(value, format = String) {
  return { text: value === null || value === undefined ? "–" : format(value), kind: "number" };
}

/** @param {string} id @param {Cell[][]} rows */
function show(id, rows) {
  const body = byId(id);
  const elements = rows.map((cells, i) => {
    const row = body.children[i] ?? document.createElement("tr");
    cells.forEach(({ text, kind = "", href }, column) => {
      const cell = row.children[column] ?? document.createElement(column === 0 ? "th" : "td");
      if (column === 0) cell.setAttribute("scope", "row");
      cell.className = kind;
      // A phone shows each row as a list.
      cell.setAttribute(
        "data-label",
        body.parentElement?.querySelectorAll("thead th")[column]?.textContent ?? "",
      );
      const known = href === undefined
        ? cell
        : cell.firstElementChild ?? document.createElement("a");
      if (href !== undefined) known.setAttribute("href", href);
      if (known.textContent !== text) known.textContent = text;
      if (known !== cell && !known.parentElement) cell.append(known);
      if (!cell.parentElement) row.append(cell);
    });
    return row;
  });
  // A row that stays where it is keeps the reader's place.
  elements.forEach((row, i) => body.children[i] === row || body.append(row));
  while (body.children.length > rows.length) body.lastElementChild?.remove();
}

/** @param {CameraStatus} status @returns {Cell[]} */
function cameraRow(status) {
  const { name, fps, latencyMs } = status;
  const connection = connections.get(name);
  const quality = connection?.quality ?? null;
  return [
    { text: name, href: `cameras/${encodeURIComponent(name)}` },
    { text: quality ?? "–", kind: quality === null ? "" : `quality ${quality}` },
    number(fps.camera, formatFps),
    number(connection?.expectedFps, formatFps),
    number(fps.processed, formatFps),
    { text: formatFps(fps.skipped), kind: fps.skipped >= 0.5 ? "number poor" : "number" },
    number(fps.encoded, formatFps),
    number(latencyMs.endToEnd.p50, formatMs),
    number(connection?.reconnectsLastHour),
    number(connection?.stallsLastHour),
  ];
}

/** @param {CameraStatus[]} statuses @returns {Cell[][]} */
function providerRows(statuses) {
  const groups = Map.groupBy(
    statuses.filter(({ provider }) => provider !== null),
    ({ provider, model }) => `${provider}\n${model}`,
  );
  return [...groups].map(([key, group]) => {
    const [provider, model] = key.split("\n");
    const sum = (/** @type {(status: CameraStatus) => number} */ of) =>
      group.reduce((total, status) => total + of(status), 0);
    const worst = (/** @type {"p50" | "p95"} */ share) => {
      const all = group.map(({ latencyMs }) => latencyMs.inference[share]).filter((ms) =>
        ms !== null
      );
      return all.length === 0 ? null : Math.max(...all);
    };
    return [
      { text: provider },
      { text: model },
      number(group.length),
      number(sum(({ fps }) => fps.processed), formatFps),
      number(sum(({ fps }) => fps.skipped), formatFps),
      number(worst("p50"), formatMs),
      number(worst("p95"), formatMs),
    ];
  });
}

async function look() {
  try {
    const response = await fetch(new URL("../api/connections", import.meta.url));
    const all = await response.json();
    connections = new Map(all.map((/** @type {{ name: string }} */ each) => [each.name, each]));
  } catch {
    // The page says by itself that the connection is lost.
  }
}

await look();
setInterval(() => document.hidden || look(), CONNECTIONS_MS);
watchPage({
  onCameras(statuses) {
    show("providers", providerRows(statuses));
    show("connections", statuses.map(cameraRow));
  },
});
