// @ts-check
import { formatTime } from "./format.js";

/** @typedef {import("./events.js").LogLine} LogLine */

const LEVELS = ["debug", "info", "warn", "error"];
const MOST_LINES = 500;

/** A camera's lines of the log, the newest last, as long as one looks at its end. */
export class LogView {
  #list;
  #level;
  #empty;
  #lastId = 0;

  /**
   * @param {HTMLElement} list
   * @param {HTMLSelectElement} level the least that is shown
   * @param {HTMLElement} empty shown while there is nothing to show
   */
  constructor(list, level, empty) {
    this.#list = list;
    this.#level = level;
    this.#empty = empty;
    level.addEventListener("change", () => this.#filter());
  }

  /** @param {LogLine[]} lines the oldest first; those that are there already are left out */
  add(lines) {
    const list = this.#list;
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
    // A service that was started again counts from the beginning.
    if (lines.length > 0 && lines[lines.length - 1].id < this.#lastId) {
      this.#lastId = 0;
      list.replaceChildren();
    }
    for (const line of lines) {
      if (line.id <= this.#lastId) continue;
      this.#lastId = line.id;
      list.append(row(line));
    }
    while (list.children.length > MOST_LINES) list.firstElementChild?.remove();
    this.#filter();
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  #filter() {
    const least = LEVELS.indexOf(this.#level.value);
    let shown = 0;
    for (const child of this.#list.children) {
      const html = /** @type {HTMLElement} */ (child);
      html.hidden = LEVELS.indexOf(html.dataset.level ?? "") < least;
      if (!html.hidden) shown++;
    }
    this.#list.hidden = shown === 0;
    this.#empty.hidden = shown > 0;
    this.#empty.textContent = this.#list.children.length > 0
      ? "Nothing as bad as that."
      : "Nothing yet.";
  }
}

/** @param {LogLine} line */
function row({ at, level, message }) {
  const item = document.createElement("li");
  item.dataset.level = level;
  const time = document.createElement("time");
  time.dateTime = at;
  time.textContent = formatTime(new Date(at));
  const word = document.createElement("b");
  word.textContent = level;
  const text = document.createElement("span");
  text.textContent = message;
  item.append(time, " ", word, " ", text);
  return item;
}
