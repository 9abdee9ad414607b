import type { MaskConfig, ZonesConfig } from "../config/mask_schema.ts";
import { redactorFor } from "../config/redact.ts";
import { DetectorClient } from "../detect/client.ts";
import { ENCODER_PRESETS } from "../encode/encoder_presets.ts";
import { hdrWarning } from "../frame/color_tags.ts";
import { pause } from "../frame/deadline.ts";
import { RateMeter } from "../frame/rate_meter.ts";
import { parseAddress } from "../source/address.ts";
import { Backoff } from "../source/backoff.ts";
import type { Capture } from "../source/capture.ts";
import type { SourceInfo } from "../source/probe.ts";
import { shownReason } from "../source/source_error.ts";
import { firstPicture, inTime } from "../source/patience.ts";
import type { CameraSettings, FromCamera, WorkerStatus } from "./camera_protocol.ts";
import { AudioLine } from "./audio_line.ts";
import { type CameraCounts, noCounts, sumCounts } from "./counts.ts";
import { CardShow, clockTime } from "./card_show.ts";
import { EncoderKeeper } from "./encoder_keeper.ts";
import { FrameLine } from "./frame_line.ts";
import { Guard } from "./guard.ts";
import { LoadGovernor } from "./load_governor.ts";
import { type OpenSource, openSource, probeCamera } from "./open_source.ts";
import { OutputClock } from "./output_clock.ts";
import { SourceClock } from "./source_clock.ts";
import type { CameraState } from "./status.ts";

/** One that has delivered for this long starts its backoff anew when it fails. */
const STEADY_MS = 10_000;
const TICK_MS = 50;
const DETECTOR_TIMEOUT_MS = 5000;

/** Runs one camera for ever: open, capture, detect, mask, encode; card and retry when it fails. */
export class CameraLoop {
  #settings: CameraSettings;
  readonly #send: (message: FromCamera) => void;
  readonly #redact: (text: string) => string;
  readonly detector: DetectorClient;
  readonly #encoder: EncoderKeeper;
  readonly #clock = new OutputClock();
  readonly #audio = new AudioLine();
  readonly #card: CardShow;
  readonly #guard = new Guard();
  readonly #load: LoadGovernor;
  readonly #backoff = new Backoff();
  readonly #arriving = new RateMeter();
  readonly #stop = new AbortController();
  #capture: Capture | undefined;
  #line: FrameLine | undefined;
  #state: CameraState = "connecting";
  #since = new Date();
  #offlineSince: Date | undefined;
  #lastError: string | null = null;
  /** Of the lines before this one. */
  #past = noCounts();
  #connections = 0;

  constructor(settings: CameraSettings, send: (message: FromCamera) => void) {
    this.#settings = settings;
    this.#send = send;
    this.#redact = redactorFor(settings.camera.source);
    this.detector = new DetectorClient(
      DETECTOR_TIMEOUT_MS,
      (worker) => send({ type: "stalled", worker }),
    );
    this.#encoder = new EncoderKeeper(
      { threads: settings.encoderThreads, preset: settings.encoder },
      (unit) => this.#audio.sendWith(unit, send),
    );
    this.#card = new CardShow(this.#encoder, this.#clock);
    this.#load = new LoadGovernor(settings, this.detector, (words) => {
      this.#log("info", `Camera '${settings.camera.name}': ${words}`);
    });
  }

  /** Runs until {@linkcode stop}. */
  async run(): Promise<void> {
    const ticker = setInterval(() => this.#line?.advance(), TICK_MS);
    const load = setInterval(() => {
      const { frames, dropped, covered } = this.#lineCounts();
      // Before the first answer frames are covered because the detector starts, not for want of time.
      this.#load.second(this.#arriving.total, dropped.late, frames.checked > 0 ? covered : 0);
    }, 1000);
    this.#card.show("CONNECTING", this.#settings.camera.name, 800);
    let again: SourceInfo | null = null;
    while (!this.#stop.signal.aborted) {
      const began = performance.now();
      let why: string;
      try {
        again = await this.#session(again);
        if (again) continue;
        why = "the source ended";
      } catch (error) {
        again = null;
        why = error instanceof Error ? error.message : String(error);
      }
      if (this.#stop.signal.aborted) break;
      await this.#failed(why, performance.now() - began);
    }
    clearInterval(ticker);
    clearInterval(load);
    await this.#card.hide();
    this.detector.close();
    await this.#encoder.kill();
  }

  /** Ends the run soon. */
  stop(): void {
    this.#stop.abort();
    this.#capture?.close().catch(() => {});
  }

  /** Masks in another way from now on, without a break in the picture. */
  changeMasks(mask: MaskConfig, zones: ZonesConfig): void {
    const { camera } = this.#settings;
    this.#settings = { ...this.#settings, camera: { ...camera, mask, zones } };
    this.#line?.change(mask, zones);
  }

  /** The numbers of the moment. */
  status(): WorkerStatus {
    const line = this.#line, size = this.#encoder.size;
    const live = this.#state === "live";
    const counts = this.counts();
    return {
      source: this.#redact(this.#settings.camera.source),
      state: this.#state,
      since: this.#since.toISOString(),
      width: size?.width ?? null,
      height: size?.height ?? null,
      profile: this.#load.profile,
      loadStep: this.#load.step,
      decoder: this.#load.profile ? this.#settings.decoder : null,
      encoder: size ? ENCODER_PRESETS[this.#settings.encoder].codec : null,
      lookAhead: this.#settings.camera.lookAhead,
      fps: {
        camera: this.#arriving.perSecond(),
        processed: line?.processed.perSecond() ?? 0,
        encoded: this.#encoder.encoded.perSecond(),
        skipped: this.#load.skippedFps,
      },
      sourceDelayMs: Math.round(this.#load.delayMs),
      dropped: counts.dropped.late,
      covered: counts.covered,
      guard: this.#guard.report(),
      detections: {
        now: live && line ? line.now : { car: 0, plate: 0 },
        total: counts.detections,
      },
      latencyMs: {
        inference: line?.inference.summary() ?? NOTHING,
        captureToMasked: line?.captureToMasked.summary() ?? NOTHING,
        maskedToEncoded: this.#encoder.maskedToEncoded.summary(),
        endToEnd: this.#encoder.endToEnd.summary(),
      },
      lastError: this.#lastError ?? this.#encoder.problem ?? (live ? line?.problem ?? null : null),
    };
  }

  /** What has happened since the Worker began. */
  counts(): CameraCounts {
    const counts = this.#lineCounts();
    const { encoded, lost, endToEnd } = this.#encoder;
    return {
      ...counts,
      frames: { ...counts.frames, captured: this.#arriving.total, encoded: encoded.total },
      dropped: { late: counts.dropped.late + this.#load.leftOut, encoder: lost },
      connections: this.#connections,
      endToEnd: endToEnd.histogram,
    };
  }

  /** Sends the numbers of the moment. */
  report(): void {
    this.#send({ type: "status", status: this.status(), counts: this.counts() });
  }

  /**
   * One connection to the source, from opening to its end.
   *
   * @param known What is known of the source if it is opened again for other frames.
   * @returns It, if the source is to be opened again for that.
   */
  async #session(known: SourceInfo | null): Promise<SourceInfo | null> {
    const { signal } = this.#stop;
    const info = known ?? await probeCamera(this.#settings, signal);
    const source = openSource(this.#settings, info, this.#load.early, this.#audio);
    this.#audio.newSource();
    this.#capture = source.capture;
    try {
      return await this.#pump(source, known !== null) ? null : info;
    } finally {
      await source.capture.close();
      // What waits in the line still leaves, unless nobody waits for it any more.
      if (!signal.aborted) await this.#line?.flush();
      this.#keepCounts();
    }
  }

  /** Gives false if the decoder is to hand over other frames. */
  async #pump(source: OpenSource, again: boolean): Promise<boolean> {
    const { capture, layout, early } = source, clock = new SourceClock();
    for (let first = true;; first = false) {
      const picture = await (first ? firstPicture : inTime)(capture.next());
      if (this.#stop.signal.aborted || !picture) return true;
      if (this.#load.early !== early) return false;
      if (this.#line?.layout !== layout) {
        await this.#begin(source, again);
      }
      this.#arriving.tick(early);
      const line = this.#line!;
      const steadyUs = clock.steady(picture.timeUs);
      const memory = this.#load.admits(steadyUs) ? await line.memory() : null;
      if (!memory) {
        await inTime(picture.skip());
        continue;
      }
      const packed = await inTime(picture.read(memory));
      line.add(packed, picture.timeUs, steadyUs);
    }
  }

  /** The first picture of a session is there. */
  async #begin(
    { capture, layout, traits, early }: OpenSource,
    again: boolean,
  ): Promise<void> {
    await this.#card.hide();
    this.#clock.newSource();
    this.detector.resize(layout);
    this.#load.begin(layout, early, parseAddress(this.#settings.camera.source).kind === "hls");
    const { name, lookAhead, mask, zones, audio } = this.#settings.camera;
    if (audio === "keep" && !capture.hasAudio && this.#audio.tellsSilence()) {
      this.#log("info", `Camera '${name}' sends no sound, though its settings say audio: keep`);
    }
    const source = { sampleAspect: capture.sampleAspect, ...traits };
    this.#line = new FrameLine(
      layout,
      this.detector,
      (frame) => {
        // What viewers can and cannot see is told at once.
        if (this.#guard.left(frame)) this.report();
        const timeUs = this.#clock.fromSource(frame.steadyUs);
        this.#audio.pictureMasked(frame.timeUs, timeUs);
        return this.#encoder.encode(frame.picture, timeUs, frame.arrivedMs, source);
      },
      { lookAhead, live: true, startScores: this.#settings.startScores, mask, zones },
    );
    const away = this.#offlineSince ? `, was offline since ${clockTime(this.#offlineSince)}` : "";
    this.#offlineSince = undefined;
    this.#lastError = null;
    this.#enter("live");
    if (again) return;
    this.#connections++;
    const hdr = hdrWarning(traits.color), { width, height } = layout;
    const size = hdr ? `${width}x${height}, in ${hdr}` : `${width}x${height}`;
    this.#log("info", `Camera '${name}' is live at ${size}${away}`);
  }

  async #failed(why: string, lastedMs: number): Promise<void> {
    const wasLive = this.#state === "live";
    if (wasLive && lastedMs > STEADY_MS) this.#backoff.reset();
    this.#offlineSince ??= new Date();
    const pauseMs = this.#backoff.nextMs();
    this.#lastError = shownReason(why, this.#redact);
    if (this.#state !== "retrying") this.#enter("retrying");
    const { name } = this.#settings.camera;
    const what = wasLive ? `Lost camera '${name}'` : `Cannot open camera '${name}'`;
    const next = `attempt ${this.#backoff.attempts}, next in ${Math.ceil(pauseMs / 1000)} s`;
    this.#log("warn", `${what}: ${this.#lastError} (${next})`);
    this.#guard.cover();
    this.#card.show(`CAMERA OFFLINE SINCE ${clockTime(this.#offlineSince)}`, name);
    await pause(pauseMs, this.#stop.signal);
  }

  /** The line ends with its session; its counts go on. */
  #keepCounts(): void {
    this.#past = this.#lineCounts();
    this.#line?.discard();
    this.#line = undefined;
  }

  /** What the lines have counted, this one's and those before. */
  #lineCounts(): CameraCounts {
    const line = this.#line;
    if (!line) return this.#past;
    const { car = 0, plate = 0 } = line.plan.totals;
    return sumCounts(this.#past, {
      ...noCounts(),
      frames: { captured: 0, checked: line.processed.total, encoded: 0 },
      dropped: { late: line.dropped, encoder: 0 },
      covered: line.covered,
      detections: { car, plate },
      inference: line.inference.histogram,
    });
  }

  #enter(state: CameraState): void {
    this.#state = state;
    this.#since = new Date();
    this.report();
  }

  #log(level: "info" | "warn", message: string): void {
    this.#send({ type: "log", level, message });
  }
}

const NOTHING = { p50: null, p95: null, p99: null };
