// @ts-check

/** Plays a camera by HLS in a video element. One attempt: when it has failed, make another. */
export class HlsPlayback {
  /** Why it does not go on; null while it does. @type {string | null} */
  failure = null;
  #video;
  /** @type {{ destroy(): void } | null} */
  #hls = null;
  #closed = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {string} url the camera's multivariant playlist
   */
  constructor(video, url) {
    this.#video = video;
    this.#start(url).catch((error) => {
      this.failure ??= error instanceof Error ? error.message : String(error);
    });
  }

  /** Stops playing and lets go of the video element. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#hls?.destroy();
    this.#video.removeAttribute("src");
  }

  /** @param {string} url */
  async #start(url) {
    // Most viewers never need it, so it is no part of the page.
    const { default: Hls } = await import(
      new URL("vendor/hls.mjs", import.meta.url).href
    );
    if (this.#closed) return;
    this.#video.srcObject = null;
    if (!Hls.isSupported()) {
      this.#video.src = url;
      this.#video.addEventListener("error", () => this.failure ??= "the browser cannot play it", {
        once: true,
      });
      return;
    }
    // fMP4 needs no repackaging, so a Worker would only cost memory; and back buffer is never shown.
    const hls = new Hls({ enableWorker: false, backBufferLength: 4, maxLiveSyncPlaybackRate: 1.1 });
    this.#hls = hls;
    let recovered = false;
    hls.on(Hls.Events.ERROR, (/** @type {unknown} */ _event, /** @type {any} */ data) => {
      if (!data.fatal) return;
      if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
        recovered = true;
        hls.recoverMediaError();
      } else {
        this.failure ??= data.details;
      }
    });
    hls.loadSource(url);
    hls.attachMedia(this.#video);
  }
}
