// @ts-check

/** @typedef {[number, number][]} Polygon corners `[x, y]`, 0..1 of the picture each */

/** The same point, moved into the picture, to a thousandth. @param {[number, number]} point */
export function within([x, y]) {
  const clamp = (/** @type {number} */ value) =>
    Math.round(1000 * Math.min(1, Math.max(0, value))) / 1000;
  return /** @type {[number, number]} */ ([clamp(x), clamp(y)]);
}

/** @param {[number, number]} a a corner @param {[number, number]} b the opposite one @returns {Polygon} */
export function rectangle([left, top], [right, bottom]) {
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

/** @param {Polygon} points @returns {[number, number]} */
export function centreOf(points) {
  const mean = (/** @type {0 | 1} */ axis) =>
    points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return within([mean(0), mean(1)]);
}

/**
 * Moves one corner, or the whole as far as the picture goes.
 *
 * @param {Polygon} points
 * @param {number} corner -1 for all
 * @param {[number, number]} by
 * @returns {Polygon}
 */
export function moved(points, corner, [x, y]) {
  if (corner >= 0) {
    return points.map((point, i) => i === corner ? within([point[0] + x, point[1] + y]) : point);
  }
  const room = (/** @type {0 | 1} */ axis, /** @type {number} */ by) => {
    const all = points.map((point) => point[axis]);
    return Math.min(1 - Math.max(...all), Math.max(-Math.min(...all), by));
  };
  const [byX, byY] = [room(0, x), room(1, y)];
  return points.map((point) => within([point[0] + byX, point[1] + byY]));
}
