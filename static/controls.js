// @ts-check
import { byId } from "./dom.js";

const THEMES = ["system", "light", "dark"];

/**
 * Lets the theme button go round through the system's colours, light and dark.
 *
 * @param {() => void} onChange called after the colours have changed, by whomever
 */
export function setUpTheme(onChange) {
  const root = document.documentElement;
  const show = () => {
    const theme = root.dataset.theme ?? "system";
    const name = theme[0].toUpperCase() + theme.slice(1);
    byId("theme-name").textContent = name;
    byId("theme").setAttribute("aria-label", `Colours: ${name}`);
  };
  byId("theme").addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? "system") + 1) % THEMES.length];
    if (next === "system") delete root.dataset.theme;
    else root.dataset.theme = next;
    remember("theme", next);
    show();
    onChange();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange);
  show();
}

/** Lets the wall button, and the key W, show the pictures alone. Escape leads back. */
export function setUpWall() {
  const button = byId("wall");
  /** @param {boolean} on */
  const set = (on) => {
    document.documentElement.classList.toggle("wall", on);
    button.setAttribute("aria-pressed", String(on));
    remember("wall", on ? "on" : "off");
  };
  button.addEventListener("click", () => set(!document.documentElement.classList.contains("wall")));
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "w" || event.key === "W") button.click();
    if (event.key === "Escape" && !document.fullscreenElement) set(false);
  });
  if (recall("wall") === "on") set(true);
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}

/** @param {string} key @param {string} value */
function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage may be forbidden; then the choice holds for this page only.
  }
}

/** @param {string} key */
function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
