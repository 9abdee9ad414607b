// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/**
 * The element of this id, which the page must have.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element '${id}'`);
  return element;
}

/**
 * Sets an element's text, and leaves the page alone if it is the same: a screen reader would lose
 * its place, and the browser would lay it out again.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
