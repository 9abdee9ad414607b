// @ts-check
import { HlsPlayback } from "./hls_playback.js";
import { WebrtcReceiver } from "./webrtc.js";

const TICK_MS = 500;
/** HLS takes over when there has been no picture by WebRTC for so long. */
const NO_PICTURE_MS = 3000;
/**
 * A busy browser decodes late. Frames that do come are as good as a picture for so long: HLS beside
 * them would only make it busier.
 */
const FIRST_DECODE_MS = 6000;
/** An attempt by either way that has brought no frame for so long is given up for a new one. */
const GIVE_UP_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** @typedef {"WebRTC" | "HLS" | null} Via how the picture comes; null while there is none */

/**
 * Shows a camera in a video element: by WebRTC, and by HLS while WebRTC brings no picture. WebRTC is
 * tried on meanwhile and takes over again as soon as it brings one.
 */
export class Player {
  /** @type {Via} */
  via = null;
  #video;
  #url;
  #onChange;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {WebrtcReceiver | null} */
  #webrtc = null;
  #webrtcFrames = 0;
  #webrtcOpenedAt = 0;
  #webrtcProgressAt = 0;
  #webrtcPauseMs = FIRST_PAUSE_MS;
  #webrtcNextAt = 0;
  /** Since when WebRTC has brought no picture. */
  #darkSince = 0;
  /** @type {HlsPlayback | null} */
  #hls = null;
  #hlsTime = 0;
  #hlsProgressAt = 0;
  #hlsNextAt = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {string} url address of the camera, such as `/cameras/gate`
   * @param {(via: Via) => void} onChange told when the picture comes by another way
   */
  constructor(video, url, onChange) {
    this.#video = video;
    this.#url = url;
    this.#onChange = onChange;
  }

  /** Begins to play, and goes on until `stop()`. */
  start() {
    if (this.#timer !== undefined) return;
    this.#darkSince = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.tryNow();
    this.#tick();
  }

  /** Stops playing and leaves the server. The last picture stays. */
  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#dropWebrtc();
    this.#hls?.close();
    this.#hls = null;
    this.#setVia(null);
  }

  /** Makes the next attempt at once, since something has changed for the better. */
  tryNow() {
    this.#webrtcPauseMs = FIRST_PAUSE_MS;
    this.#webrtcNextAt = this.#hlsNextAt = 0;
  }

  async #tick() {
    await this.#tickWebrtc();
    // It may have been stopped while the browser was asked for its numbers.
    if (this.#timer !== undefined) this.#tickHls();
  }

  async #tickWebrtc() {
    const now = performance.now();
    if (!this.#webrtc) {
      if (now >= this.#webrtcNextAt) this.#openWebrtc();
      return;
    }
    const webrtc = this.#webrtc;
    const { received, decoded } = await webrtc.frames();
    if (webrtc !== this.#webrtc) return;
    const usable = decoded > 0 || now - this.#webrtcOpenedAt < FIRST_DECODE_MS;
    if (received > this.#webrtcFrames && usable) {
      this.#webrtcFrames = received;
      this.#webrtcProgressAt = this.#darkSince = now;
      this.#webrtcPauseMs = FIRST_PAUSE_MS;
      this.#endHls(webrtc);
      if (decoded > 0) this.#setVia("WebRTC");
    } else if (webrtc.failure !== null || now - this.#webrtcProgressAt > GIVE_UP_MS) {
      this.#dropWebrtc();
      this.#webrtcNextAt = now + this.#webrtcPauseMs;
      this.#webrtcPauseMs = Math.min(this.#webrtcPauseMs * 2, LONGEST_PAUSE_MS);
    }
    if (this.via === "WebRTC" && now - this.#darkSince > NO_PICTURE_MS) this.#setVia(null);
  }

  #openWebrtc() {
    this.#webrtcFrames = 0;
    this.#webrtcOpenedAt = this.#webrtcProgressAt = performance.now();
    const webrtc = this.#webrtc = new WebrtcReceiver(`${this.#url}/whep`, () => {
      // Shown before the first frame is counted, so that it is seen as soon as it is there.
      if (webrtc === this.#webrtc && !this.#hls) this.#attach(webrtc);
    });
  }

  /** @param {WebrtcReceiver} webrtc */
  #endHls(webrtc) {
    if (!this.#hls) return;
    this.#hls.close();
    this.#hls = null;
    this.#attach(webrtc);
  }

  /** @param {WebrtcReceiver} webrtc */
  #attach(webrtc) {
    this.#video.srcObject = webrtc.stream;
    this.#play();
  }

  #dropWebrtc() {
    this.#webrtc?.close();
    this.#webrtc = null;
  }

  #tickHls() {
    const now = performance.now();
    if (!this.#hls) {
      if (now - this.#darkSince <= NO_PICTURE_MS || now < this.#hlsNextAt) return;
      this.#hls = new HlsPlayback(this.#video, `${this.#url}/hls/index.m3u8`);
      this.#hlsTime = 0;
      this.#hlsProgressAt = now;
      return;
    }
    this.#play();
    // Not the count of frames, which stands still while the page is out of sight.
    const { currentTime, videoWidth } = this.#video;
    if (videoWidth > 0 && currentTime !== this.#hlsTime && !this.#video.srcObject) {
      this.#hlsTime = currentTime;
      this.#hlsProgressAt = now;
      this.#setVia("HLS");
    } else if (this.#hls.failure !== null || now - this.#hlsProgressAt > GIVE_UP_MS) {
      this.#hls.close();
      this.#hls = null;
      this.#hlsNextAt = now + 2000;
      this.#setVia(null);
    } else if (now - this.#hlsProgressAt > NO_PICTURE_MS) {
      this.#setVia(null);
    }
  }

  #play() {
    if (!this.#video.paused) return;
    this.#video.play().catch(() => {
      // Interrupted by a new source, or not allowed yet: tried again at the next tick.
    });
  }

  /** @param {Via} via */
  #setVia(via) {
    if (via === this.via) return;
    this.via = via;
    this.#onChange(via);
  }
}
