// @ts-check
import { setUpWall } from "./controls.js";
import { byId, setText } from "./dom.js";
import { countOf } from "./format.js";
import { Tile } from "./tile.js";
import { restUnseen, watchPage } from "./watch_page.js";

/** @typedef {import("./camera_status.js").CameraStatus} CameraStatus */

const grid = byId("cameras");
/** @type {Map<string, Tile>} */
const tiles = new Map();
/** @type {WeakMap<Element, Tile>} */
const tileOf = new WeakMap();
/** Pictures in sight, or soon. @type {Set<Tile>} */
const inSight = new Set();
let resting = false;

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const tile = tileOf.get(target);
    if (!tile) continue;
    if (isIntersecting) {
      inSight.add(tile);
      if (!resting) tile.play();
    } else {
      inSight.delete(tile);
      tile.rest();
    }
  }
}, { rootMargin: "50% 0px" });

/** @param {HTMLElement} element @param {string} name */
function adopt(element, name) {
  const tile = new Tile(element, name);
  tiles.set(name, tile);
  tileOf.set(element, tile);
  sight.observe(element);
  return tile;
}

/** @param {string} name */
function addTile(name) {
  const template = /** @type {HTMLTemplateElement} */ (byId("tile"));
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const element = /** @type {HTMLElement} */ (copy.firstElementChild);
  grid.append(element);
  return adopt(element, name);
}

/** @param {CameraStatus[]} statuses */
function showCameras(statuses) {
  const names = new Set(statuses.map(({ name }) => name));
  for (const [name, tile] of tiles) {
    if (names.has(name)) continue;
    tile.remove();
    tiles.delete(name);
    inSight.delete(tile);
  }
  for (const status of statuses) {
    const tile = tiles.get(status.name) ?? addTile(status.name);
    const before = tile.words;
    tile.update(status);
    if (before !== "" && before !== tile.words) {
      setText(byId("announce"), `Camera ${status.name}: ${tile.words}`);
    }
  }
  arrange(statuses.length);
  showSummary(statuses);
}

/** @param {number} count */
function arrange(count) {
  byId("empty").hidden = count > 0;
  grid.dataset.count = String(count);
  const wide = innerWidth > innerHeight;
  const columns = count <= 2
    ? (wide ? count : 1)
    : Math.ceil(wide ? Math.sqrt(count) : Math.sqrt(count / 2));
  grid.style.setProperty("--wall-columns", String(Math.max(1, columns)));
  grid.style.setProperty("--wall-rows", String(Math.max(1, Math.ceil(count / columns))));
}

/** @param {CameraStatus[]} statuses */
function showSummary(statuses) {
  const live = statuses.filter(({ state }) => state === "live").length;
  const plates = statuses.reduce((sum, { detections }) => sum + detections.now.plate, 0);
  const count = `${live} of ${statuses.length} live`;
  const summary = `${count} · ${countOf(plates, "plate")} in sight`;
  setText(byId("summary"), statuses.length === 0 ? "" : summary);
  document.title = statuses.length === 0 ? "Bokashi" : `${count} · Bokashi`;
}

for (const element of grid.querySelectorAll(":scope > [data-camera]")) {
  const html = /** @type {HTMLElement} */ (element);
  adopt(html, html.dataset.camera ?? "");
}
arrange(tiles.size);
// On a large screen one camera leaves room for everything there is to say about it.
if (tiles.size === 1 && innerWidth >= 1000) grid.querySelector("details")?.setAttribute("open", "");
addEventListener("resize", () => arrange(tiles.size));
setUpWall();
restUnseen(() => {
  resting = true;
  for (const tile of inSight) tile.rest();
}, () => {
  resting = false;
  for (const tile of inSight) tile.play();
});

watchPage({
  onHistory({ nowS, cameras }) {
    // The two clocks may differ.
    const shiftS = Date.now() / 1000 - nowS;
    for (const [name, samples] of Object.entries(cameras)) {
      (tiles.get(name) ?? addTile(name)).fill(
        samples.map(([timeS, cameraFps, fps, plates, cars, guard]) => {
          return { timeS: timeS + shiftS, cameraFps, fps, plates, cars, guard };
        }),
      );
    }
  },
  onCameras: showCameras,
  onFound() {
    for (const tile of inSight) tile.tryNow();
  },
  onColours() {
    for (const tile of tiles.values()) tile.redraw();
  },
});
