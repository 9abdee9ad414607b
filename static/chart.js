// @ts-check

/**
 * @typedef {object} Sample
 * @property {number} timeS
 * @property {number} cameraFps
 * @property {number} fps
 * @property {number} plates
 * @property {number} cars
 * @property {number} guard 0 covered, 1 guarded, 2 live
 */

/** A chart of a camera's last minutes: frames per second above, plates and cars below. */
export class Chart {
  /** @type {Sample[]} */
  #samples = [];
  #plot;
  #element;
  #resize;
  #windowS;
  #strip;

  /**
   * @param {HTMLElement} element filled by the chart, whatever its size
   * @param {(sample: Sample | null) => void} onPoint told which sample is pointed at
   * @param {number} windowS seconds shown
   */
  constructor(element, onPoint, windowS = 180) {
    this.#windowS = windowS;
    const strip = element.parentElement?.querySelector("canvas.strip");
    this.#strip = /** @type {HTMLCanvasElement | null} */ (strip ?? null);
    this.#element = element;
    const uPlot = /** @type {any} */ (globalThis).uPlot;
    this.#plot = new uPlot(
      options(element, windowS, (index) => onPoint(this.#samples[index] ?? null)),
      [[], [], [], [], []],
      element,
    );
    this.#resize = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0 && height > 0) this.#plot.setSize({ width, height });
    });
    this.#resize.observe(element);
  }

  /** The latest sample; null before the first. */
  get newest() {
    return this.#samples.at(-1) ?? null;
  }

  /**
   * Adds the numbers of one more second.
   *
   * @param {Sample} sample
   */
  push(sample) {
    const samples = this.#samples;
    samples.push(sample);
    while (samples[0].timeS < sample.timeS - this.#windowS) samples.shift();
    // Nothing is drawn where nobody can see it; the samples are kept all the same.
    if (document.hidden || this.#element.clientWidth === 0) return;
    this.#plot.setData(columns(samples));
    this.#drawStrip();
    const plates = Math.max(...samples.map((each) => each.plates));
    const fps = samples.reduce((sum, each) => sum + each.fps, 0) / samples.length;
    const label = `The last minutes: ${fps.toFixed(0)} frames per second on average, ` +
      `at most ${plates} plate${plates === 1 ? "" : "s"} at a time`;
    if (this.#element.ariaLabel !== label) this.#element.ariaLabel = label;
  }

  /**
   * Replaces everything by these samples.
   *
   * @param {Sample[]} samples the oldest first
   */
  fill(samples) {
    this.#samples = samples;
  }

  /** Draws again, in the colours that now hold. */
  redraw() {
    this.#plot.redraw(false, true);
  }

  /** Below the chart: what the guard was at each moment. */
  #drawStrip() {
    const strip = this.#strip;
    const context = strip?.getContext("2d");
    if (!strip || !context) return;
    const { left, width } = this.#plot.bbox;
    strip.width = strip.clientWidth * devicePixelRatio;
    const style = getComputedStyle(this.#element);
    const colours = ["--covered", "--guarded", "--guard-live"].map((name) =>
      style.getPropertyValue(name)
    );
    const startS = Date.now() / 1000 - this.#windowS;
    const secondPx = width / this.#windowS;
    for (const { timeS, guard } of this.#samples) {
      context.fillStyle = colours[guard];
      context.fillRect(left + (timeS - startS) * secondPx, 0, Math.ceil(secondPx), strip.height);
    }
  }

  /** Takes the chart off the page. */
  destroy() {
    this.#resize.disconnect();
    this.#plot.destroy();
  }
}

/** @param {Sample[]} samples */
function columns(samples) {
  /** @type {(number | null)[][]} */
  const data = [[], [], [], [], []];
  let last = NaN;
  for (const { timeS, cameraFps, fps, plates, cars } of samples) {
    // Where seconds are missing the lines end, instead of pretending.
    const values = timeS - last > 3 ? [last + 1, null, null, null, null] : null;
    if (values) values.forEach((value, i) => data[i].push(value));
    [timeS, cameraFps, fps, plates, cars].forEach((value, i) => data[i].push(value));
    last = timeS;
  }
  return data;
}

/**
 * @param {HTMLElement} element
 * @param {number} windowS
 * @param {(index: number) => void} onPoint
 */
function options(element, windowS, onPoint) {
  const uPlot = /** @type {any} */ (globalThis).uPlot;
  const stepped = uPlot.paths.stepped({ align: 1 });
  /** @param {string} name */
  const colour = (name) => getComputedStyle(element).getPropertyValue(name).trim();
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const axis = {
    stroke: () => colour("--ink-soft"),
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { show: false },
    font,
    gap: 4,
  };
  return {
    width: element.clientWidth || 300,
    height: element.clientHeight || 90,
    padding: [6, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: {
        time: false,
        range: () => {
          const nowS = Date.now() / 1000;
          return [nowS - windowS, nowS];
        },
      },
      fps: {
        range: (
          /** @type {any} */ _u,
          /** @type {number} */ _min,
          max = 0,
        ) => [0, Math.max(5, max * 1.12)],
      },
      // Twice the room it needs: detections keep to the lower half, below the frame rate.
      count: {
        range: (
          /** @type {any} */ _u,
          /** @type {number} */ _min,
          max = 0,
        ) => [0, Math.max(4, max * 2)],
      },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 18,
        splits: () => {
          const nowS = Date.now() / 1000;
          return [nowS - windowS * 2 / 3, nowS - windowS / 3];
        },
        values: () => [`${windowS / 90} min ago`, `${windowS / 180} min ago`],
      },
      {
        ...axis,
        scale: "fps",
        size: 28,
        // Only the camera's own rate is worth a line: there the other should be.
        splits: (/** @type {any} */ u) => {
          const rate = Math.round(u.data[1].at(-1) ?? 0);
          return rate > 0 ? [0, rate] : [0];
        },
      },
      {
        ...axis,
        scale: "count",
        side: 1,
        size: 24,
        grid: { show: false },
        // The most that were seen at a time; what they are is told by the legend's colours.
        splits: (/** @type {any} */ u) => {
          const most = Math.max(0, ...u.data[3], ...u.data[4]);
          return most > 0 ? [most] : [];
        },
      },
    ],
    series: [
      {},
      {
        scale: "fps",
        stroke: () => colour("--ink-faint"),
        width: 1,
        dash: [3, 3],
        points: { show: false },
      },
      {
        scale: "fps",
        stroke: () => colour("--fps"),
        width: 1.5,
        points: { show: false },
        fill: (/** @type {any} */ u) => wash(u, colour("--fps-wash")),
      },
      {
        scale: "count",
        stroke: () => colour("--plates"),
        fill: () => colour("--plates-wash"),
        width: 1.5,
        paths: stepped,
        points: { show: false },
      },
      {
        scale: "count",
        stroke: () => colour("--cars"),
        width: 1.25,
        paths: stepped,
        points: { show: false },
      },
    ],
    hooks: {
      setCursor: [(/** @type {any} */ u) => onPoint(u.cursor.idx ?? -1)],
    },
  };
}

/**
 * The graded wash below the frame rate, after which the product is named.
 *
 * @param {any} u
 * @param {string} colour
 */
function wash(u, colour) {
  const { top, height } = u.bbox;
  if (!(height > 0)) return "transparent";
  const gradient = u.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, colour);
  gradient.addColorStop(1, "transparent");
  return gradient;
}
