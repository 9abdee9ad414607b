// @ts-check
import { centreOf, moved, rectangle, within } from "./polygons.js";

/** @typedef {import("./polygons.js").Polygon} Polygon */
/** @typedef {"always" | "ignore" | "detect"} Kind */
/** @typedef {{ kind: Kind, points: Polygon }} Area */
/** @typedef {Record<Kind, Polygon[]>} Zones */

/** @type {Record<Kind, string>} */
export const KIND_WORDS = {
  always: "Always masked",
  ignore: "Ignored",
  detect: "Detected only here",
};

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.01;
const FINE_STEP = 0.002;
/** A drag that is shorter, as a share of the picture, is a click. */
const CLICK = 0.02;

/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * Areas drawn over a picture, with mouse, finger or keyboard. Dragging over the bare picture draws a new
 * one; the chosen one has a handle at each corner, one between each two, and one to move it.
 */
export class ZoneEditor {
  /** What a new area is for. @type {Kind} */
  kind = "always";
  /** @type {Area[]} */
  areas = [];
  chosen = -1;
  #element;
  #svg;
  #handles;
  #onChange;

  /**
   * @param {HTMLElement} element lies over the picture, exactly
   * @param {(done: boolean) => void} onChange an area is another; `done` says that it is so for good
   */
  constructor(element, onChange) {
    this.#element = element;
    this.#onChange = onChange;
    this.#svg = document.createElementNS(SVG, "svg");
    this.#svg.setAttribute("viewBox", "0 0 1 1");
    this.#svg.setAttribute("preserveAspectRatio", "none");
    this.#svg.setAttribute("aria-hidden", "true");
    this.#handles = document.createElement("div");
    element.append(this.#svg, this.#handles);
    element.addEventListener("pointerdown", (event) => this.#press(event));
  }

  /** The areas, as the settings have them. @returns {Zones} */
  get zones() {
    const of = (/** @type {Kind} */ kind) =>
      this.areas.filter((area) => area.kind === kind).map(({ points }) => points);
    return { always: of("always"), ignore: of("ignore"), detect: of("detect") };
  }

  /** @param {Zones} zones */
  set zones(zones) {
    this.areas = /** @type {Kind[]} */ (Object.keys(KIND_WORDS)).flatMap((kind) =>
      zones[kind].map((points) => ({ kind, points }))
    );
    this.choose(-1);
  }

  /** Adds an area in the middle, and chooses it. */
  add() {
    this.areas.push({ kind: this.kind, points: rectangle([0.35, 0.35], [0.65, 0.65]) });
    this.choose(this.areas.length - 1);
    this.#onChange(true);
  }

  /** Takes an area away. @param {number} index */
  remove(index) {
    this.areas.splice(index, 1);
    this.choose(-1);
    this.#onChange(true);
  }

  /** Shows an area's handles, or with -1 nobody's. @param {number} index */
  choose(index) {
    this.chosen = index;
    this.#draw();
  }

  /** Puts the keyboard on the chosen area. */
  focus() {
    /** @type {HTMLElement | null} */ (this.#handles.querySelector(".move"))?.focus();
  }

  #draw() {
    this.#svg.replaceChildren(...this.areas.map(({ kind, points }, index) => {
      const shape = document.createElementNS(SVG, "polygon");
      shape.setAttribute("points", points.map(String).join(" "));
      shape.setAttribute("class", `${kind} ${index === this.chosen ? "chosen" : ""}`);
      shape.dataset.index = String(index);
      return shape;
    }));
    const area = this.areas[this.chosen];
    const handles = area ? this.#handlesOf(area) : [];
    // The one that is being dragged or has the keyboard must stay the same element.
    handles.forEach((handle, i) => {
      const known = /** @type {HTMLElement | undefined} */ (this.#handles.children[i]);
      if (known && known.className === handle.className) {
        known.style.left = handle.style.left;
        known.style.top = handle.style.top;
        known.dataset.corner = handle.dataset.corner;
        known.ariaLabel = handle.ariaLabel;
      } else if (known) known.replaceWith(handle);
      else this.#handles.append(handle);
    });
    while (this.#handles.children.length > handles.length) this.#handles.lastElementChild?.remove();
  }

  /** @param {Area} area */
  #handlesOf({ kind, points }) {
    const word = `${KIND_WORDS[kind]}, area ${this.chosen + 1}`;
    const move = this.#handle("move", -1, centreOf(points), `${word}: move it`);
    const corners = points.map((point, i) =>
      this.#handle("corner", i, point, `${word}: corner ${i + 1} of ${points.length}`)
    );
    const between = points.map((point, i) =>
      this.#handle(
        "between",
        i,
        centreOf([point, points[(i + 1) % points.length]]),
        `${word}: new corner after ${i + 1}`,
      )
    );
    return [move, ...corners, ...between];
  }

  /**
   * @param {"move" | "corner" | "between"} role
   * @param {number} corner
   * @param {[number, number]} at
   * @param {string} label
   */
  #handle(role, corner, [x, y], label) {
    const handle = document.createElement("button");
    handle.type = "button";
    handle.className = `handle ${role}`;
    handle.ariaLabel = label;
    handle.style.left = `${100 * x}%`;
    handle.style.top = `${100 * y}%`;
    handle.dataset.corner = String(corner);
    const cornerNow = () => Number(handle.dataset.corner);
    handle.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      if (event.button !== 0 || !event.isPrimary) return;
      const before = this.#now();
      const index = role === "between" ? this.#split(cornerNow()) : cornerNow();
      this.#drag(event, before, (by, from) => this.#move(index, by, from));
    });
    handle.addEventListener("keydown", (event) => this.#key(event, role, cornerNow()));
    handle.addEventListener("click", (event) => {
      // By keyboard: a pointer has done it already.
      if (role !== "between" || event.detail !== 0) return;
      this.#split(cornerNow());
      this.#onChange(true);
    });
    return handle;
  }

  /** Puts a corner after this one. @param {number} corner @returns {number} the new one */
  #split(corner) {
    const { points } = this.areas[this.chosen];
    const next = points[(corner + 1) % points.length];
    this.areas[this.chosen].points = points.toSpliced(
      corner + 1,
      0,
      centreOf([points[corner], next]),
    );
    this.#draw();
    /** @type {HTMLElement} */ (this.#handles.children[corner + 2]).focus();
    return corner + 1;
  }

  /** @param {number} corner -1 for all @param {[number, number]} by @param {Polygon} from */
  #move(corner, by, from) {
    this.areas[this.chosen].points = moved(from, corner, by);
    this.#draw();
    this.#onChange(false);
  }

  /** @param {KeyboardEvent} event @param {string} role @param {number} corner */
  #key(event, role, corner) {
    const arrow = ARROWS[event.key];
    const { points } = this.areas[this.chosen];
    if (arrow && role !== "between") {
      const step = event.shiftKey ? FINE_STEP : STEP;
      this.#move(corner, [arrow[0] * step, arrow[1] * step], points);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      if (role !== "corner" || points.length <= 3) return this.remove(this.chosen);
      this.areas[this.chosen].points = points.toSpliced(corner, 1);
      this.#draw();
    } else return;
    event.preventDefault();
    this.#onChange(true);
  }

  /** On the picture: chooses the area that is there, or draws a new one. @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    const before = this.#now();
    const index = Number(/** @type {SVGElement} */ (event.target).dataset.index ?? -1);
    if (index >= 0) {
      this.choose(index);
      return this.#drag(event, before, (by, from) => this.#move(-1, by, from));
    }
    this.choose(-1);
    const start = this.#at(event);
    this.#drag(event, before, ([x, y]) => {
      if (this.chosen < 0) {
        if (Math.hypot(x, y) < CLICK) return;
        this.areas.push({ kind: this.kind, points: [] });
        this.chosen = this.areas.length - 1;
      }
      this.areas[this.chosen].points = rectangle(start, within([start[0] + x, start[1] + y]));
      this.#draw();
    });
  }

  /** All that a drag can change. @returns {{ areas: Area[], chosen: number }} */
  #now() {
    return { areas: this.areas.map((area) => ({ ...area })), chosen: this.chosen };
  }

  /**
   * Follows a pointer until it is let go. Escape takes back what it did, and so does a browser that takes
   * the pointer away, as phones do for a gesture of their own.
   *
   * @param {PointerEvent} event
   * @param {{ areas: Area[], chosen: number }} before
   * @param {(by: [number, number], from: Polygon) => void} onMove how far it is from where it was put down
   */
  #drag(event, before, onMove) {
    const [startX, startY] = this.#at(event);
    const from = this.areas[this.chosen]?.points ?? [];
    const end = new AbortController();
    const { signal } = end;
    const element = this.#element;
    // Handles come and go while they are dragged.
    element.setPointerCapture(event.pointerId);
    const ofIt = (/** @type {Event} */ other) =>
      /** @type {PointerEvent} */ (other).pointerId === event.pointerId;
    const takeBack = () => {
      end.abort();
      this.areas = before.areas;
      this.choose(before.chosen);
    };
    element.addEventListener("pointermove", (moving) => {
      if (!ofIt(moving)) return;
      const [x, y] = this.#at(moving);
      onMove([x - startX, y - startY], from);
    }, { signal });
    element.addEventListener("pointerup", (up) => {
      if (!ofIt(up)) return;
      end.abort();
      this.#onChange(true);
    }, { signal });
    element.addEventListener("pointercancel", (cancel) => ofIt(cancel) && takeBack(), { signal });
    addEventListener("keydown", ({ key }) => key === "Escape" && takeBack(), { signal });
  }

  /** Where in the picture it is, 0..1. @param {PointerEvent} event @returns {[number, number]} */
  #at({ clientX, clientY }) {
    const { left, top, width, height } = this.#element.getBoundingClientRect();
    return within([(clientX - left) / width, (clientY - top) / height]);
  }
}
