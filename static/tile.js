// @ts-check
import {
  GUARD_HINTS,
  GUARD_WORDS,
  risksOf,
  STATE_WORDS,
  VEIL_WORDS,
  viewersInWords,
} from "./camera_status.js";
import { Chart } from "./chart.js";
import { setText } from "./dom.js";
import { countOf, formatCount, formatFps, formatMs, formatShare, formatTime } from "./format.js";
import { Player } from "./player.js";

/** @typedef {import("./camera_status.js").CameraStatus} CameraStatus */

/** The numbers that samples have for the guard's states. */
const GUARD = { covered: 0, guarded: 1, live: 2 };

/** A counter of something that should not happen is marked for so long after it has grown. */
const MARK_MS = 10_000;

/** One camera on the page: its picture, its numbers and its chart. */
export class Tile {
  /** What is shown of the camera's state, in words. */
  words = "";
  #element;
  /** @type {Map<string, HTMLElement>} */
  #fields = new Map();
  #video;
  #player;
  #chart;
  /** @type {CameraStatus | null} */
  #status = null;
  /** @type {Map<string, { count: number, grewAt: number }>} */
  #counters = new Map();
  #hadPicture = false;

  /**
   * @param {HTMLElement} element as the server rendered it
   * @param {string} name the camera
   * @param {number} [windowS] seconds that the chart shows
   */
  constructor(element, name, windowS) {
    this.#element = element;
    for (const field of element.querySelectorAll("[data-field]")) {
      const html = /** @type {HTMLElement} */ (field);
      this.#fields.set(html.dataset.field ?? "", html);
    }
    const url = new URL(`../cameras/${encodeURIComponent(name)}`, import.meta.url).href;
    this.#nameIt(name, url);
    this.#video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
    this.#player = new Player(this.#video, url, (via) => this.#showVia(via));
    this.#chart = new Chart(this.#field("plot"), (sample) => this.#showSample(sample), windowS);
    this.#listen();
  }

  /**
   * Shows new numbers.
   *
   * @param {CameraStatus} status
   */
  update(status) {
    const returned = this.#status !== null && this.#status.state !== "live" &&
      status.state === "live";
    this.#status = status;
    if (returned && this.#player.via === null) this.#player.tryNow();
    this.#showState(status);
    this.#showNumbers(status);
    this.#showRisks(status);
    this.#showDetails(status);
    this.#chart.push({
      timeS: Date.now() / 1000,
      cameraFps: status.fps.camera,
      fps: status.fps.processed,
      plates: status.detections.now.plate,
      cars: status.detections.now.car,
      guard: GUARD[status.guard.state],
    });
    this.#showSample(null);
  }

  /**
   * Fills the chart with what was before the page was opened.
   *
   * @param {import("./chart.js").Sample[]} samples the oldest first
   */
  fill(samples) {
    this.#chart.fill(samples);
  }

  /** Plays, as the picture is in sight. */
  play() {
    this.#player.start();
  }

  /** Stops playing, as nobody sees it. */
  rest() {
    this.#player.stop();
  }

  /** Makes the player's next attempt at once. */
  tryNow() {
    this.#player.tryNow();
  }

  /** Draws the chart again, in the colours that now hold. */
  redraw() {
    this.#chart.redraw();
  }

  /** Shows the picture alone, as large as the screen, or no longer. */
  toggleFullscreen() {
    const picture = /** @type {HTMLElement} */ (this.#element.querySelector(".picture"));
    toggleFullscreen(picture, this.#video);
  }

  /** Takes the camera off the page. */
  remove() {
    this.#player.stop();
    this.#chart.destroy();
    this.#element.remove();
  }

  /** @param {string} name */
  #field(name) {
    const field = this.#fields.get(name);
    if (!field) throw new Error(`A tile has no field '${name}'`);
    return field;
  }

  /** @param {string} name @param {string} text */
  #set(name, text) {
    setText(this.#field(name), text);
  }

  /** @param {string} name @param {string} url */
  #nameIt(name, url) {
    this.#element.dataset.camera = name;
    this.#element.ariaLabel = `Camera ${name}`;
    this.#element.querySelector("video")?.setAttribute("aria-label", `Live picture of ${name}`);
    this.#set("name", name);
    if (this.#field("name").matches("a")) this.#field("name").setAttribute("href", url);
    this.#set("caption", name);
    this.#field("hlsLink").setAttribute("href", `${url}/hls/index.m3u8`);
    this.#field("snapshotLink").setAttribute("href", `${url}/snapshot.jpg`);
  }

  /** @param {CameraStatus} status */
  #showState({ state, since, lastError, source, width, height, guard }) {
    this.#element.dataset.state = state;
    this.#element.dataset.guard = guard.state;
    const sinceText = formatTime(new Date(since));
    // Read aloud when it changes: the guard's state changes too often for that.
    this.words = STATE_WORDS[state];
    this.#field("state").title = state === "live" ? GUARD_HINTS[guard.state] : "";
    this.#set(
      "state",
      state === "live" ? GUARD_WORDS[guard.state] : `${this.words} since ${sinceText}`,
    );
    this.#set("source", source);
    this.#field("source").title = source;
    const trouble = this.#field("trouble");
    trouble.hidden = state === "live" || lastError === null;
    if (!trouble.hidden) setText(trouble, `Since ${sinceText}: ${lastError}`);
    if (width !== null && height !== null) {
      this.#element.style.setProperty("--ratio", `${width} / ${height}`);
      this.#element.classList.toggle("portrait", height > width);
    }
    if (!this.#hadPicture) {
      this.#set("veilText", VEIL_WORDS[state]);
    }
  }

  /** @param {CameraStatus} status */
  #showNumbers(
    { fps, detections, latencyMs, viewers, provider, model, encoder, dropped, covered, guard },
  ) {
    const { now, total } = detections;
    this.#set("fps", formatFps(fps.processed));
    this.#set("fpsNote", `of ${formatFps(fps.camera)}`);
    // A tenth below the camera's rate is what a viewer begins to see.
    this.#field("fps").classList.toggle("poor", fps.processed < fps.camera * 0.9 - 0.5);
    this.#set("plates", formatCount(now.plate));
    this.#set("platesNote", `${formatCount(total.plate)} total`);
    this.#set("cars", formatCount(now.car));
    this.#set("carsNote", `${formatCount(total.car)} total`);
    const { p50, p95 } = latencyMs.endToEnd;
    this.#set("delay", formatMs(p50));
    this.#field("delayUnit").hidden = p50 === null;
    this.#set("delayNote", p95 === null ? "" : `p95 ${formatMs(p95)} ms`);
    this.#set(
      "captionNumbers",
      `${formatFps(fps.processed)} fps · ${countOf(now.plate, "plate")} · ${
        countOf(now.car, "car")
      }`,
    );
    this.#set("engine", [provider, model, encoder].filter((each) => each !== null).join(" · "));
    const watching = Object.values(viewers).reduce((sum, count) => sum + count, 0);
    this.#set("viewers", countOf(watching, "viewer"));
    this.#field("viewers").title = viewersInWords(viewers);
    this.#set("tracks", countOf(guard.tracks, "mask"));
    this.#field("tracks").title = `Masks in the newest frame; ${
      formatCount(guard.predicted)
    } held where a plate is expected and the detector missed it`;
    this.#showCounter("dropped", dropped);
    this.#showCounter("covered", covered);
  }

  /** @param {CameraStatus} status */
  #showRisks(status) {
    const risks = status.state === "live" ? risksOf(status) : [];
    this.#field("risks").hidden = risks.length === 0;
    this.#set("risks", risks.map(({ word }) => word).join(" · "));
    this.#field("risks").title = risks.map(({ hint }) => hint).join(". ");
  }

  /** @param {"dropped" | "covered"} name @param {number} count */
  #showCounter(name, count) {
    const now = performance.now();
    const before = this.#counters.get(name);
    const grewAt = before && count > before.count ? now : before?.grewAt ?? -Infinity;
    this.#counters.set(name, { count, grewAt });
    this.#set(name, `${formatCount(count)} ${name}`);
    this.#field(name).classList.toggle("growing", now - grewAt < MARK_MS);
  }

  /** @param {CameraStatus} status */
  #showDetails(status) {
    for (const [stage, { p50, p95 }] of Object.entries(status.latencyMs)) {
      if (!this.#fields.has(`${stage}P50`)) continue;
      this.#set(`${stage}P50`, formatMs(p50));
      this.#set(`${stage}P95`, formatMs(p95));
    }
    const { width, height, lookAhead, lastError, encoder, fps, viewers } = status;
    this.#set("size", width === null ? "–" : `${width} × ${height}`);
    this.#set("provider", status.provider ?? "–");
    this.#set("model", status.model ?? "–");
    const reduced = status.loadStep > 0 ? `, stepped down ${status.loadStep} for load` : "";
    this.#set("profile", `${status.profile?.replace("x", " × ") ?? "–"}${reduced}`);
    this.#set("skipped", `${formatFps(fps.skipped)} frames/s`);
    this.#set("sourceDelay", `${formatMs(status.sourceDelayMs)} ms`);
    this.#set("decoder", status.decoder ?? "–");
    this.#set("encoder", encoder === null ? "–" : `${encoder}, ${formatFps(fps.encoded)} frames/s`);
    const { state: guard, since, predictedTotal, risk } = status.guard;
    const coveredSince = `Covered since ${formatTime(new Date(since))}`;
    this.#set("guard", guard === "covered" ? coveredSince : "Shown");
    this.#set(
      "predictedTotal",
      `${formatCount(predictedTotal)}, in ${formatShare(risk)} of frames`,
    );
    this.#set("lookAhead", countOf(lookAhead, "frame"));
    this.#set("lastError", lastError ?? "none");
    this.#set("watching", viewersInWords(viewers));
  }

  /** @param {import("./chart.js").Sample | null} sample the one pointed at; null for the newest */
  #showSample(sample) {
    const shown = sample ?? this.#chart.newest;
    if (!shown) return;
    this.#set("keyFps", formatFps(shown.fps));
    this.#set("keyPlates", String(shown.plates));
    this.#set("keyCars", String(shown.cars));
    this.#set("keyWhen", sample ? formatTime(new Date(sample.timeS * 1000)) : "");
  }

  /** @param {import("./player.js").Via} via */
  #showVia(via) {
    const label = this.#field("via");
    label.hidden = via === null;
    setText(label, via ?? "");
    label.title = via === "HLS" ? "WebRTC brings no picture: HLS is some seconds behind" : "";
    if (via !== null) {
      this.#hadPicture = true;
      this.#field("veil").hidden = true;
    }
    this.#element.classList.toggle("dark", via === null && this.#hadPicture);
  }

  #listen() {
    const toggle = () => this.toggleFullscreen();
    this.#element.querySelector("[data-action=fullscreen]")?.addEventListener("click", toggle);
    this.#video.addEventListener("dblclick", toggle);
    this.#element.querySelector("[data-action=copy]")?.addEventListener("click", async () => {
      const address = /** @type {HTMLAnchorElement} */ (this.#field("hlsLink")).href;
      try {
        await navigator.clipboard.writeText(address);
        this.#set("copyText", "Copied");
      } catch {
        // Only offered by browsers to pages that came by HTTPS or from this machine.
        this.#set("copyText", address);
      }
      setTimeout(() => this.#set("copyText", "Copy it"), 3000);
    });
  }
}

/** @param {HTMLElement} picture @param {HTMLVideoElement} video */
async function toggleFullscreen(picture, video) {
  if (document.fullscreenElement) return await document.exitFullscreen();
  if (picture.requestFullscreen) return await picture.requestFullscreen();
  // iPhones show nothing but videos in full screen.
  /** @type {any} */ (video).webkitEnterFullscreen?.();
}
