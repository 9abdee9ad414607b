// @ts-check
// Loaded in the page's head, not as a module: it must run before the first paint, else a page in the
// other colours would flash up.
{
  /** @type {string | null} */
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden; then the system's choice holds.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
