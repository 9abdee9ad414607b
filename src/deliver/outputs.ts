import type { RecordingsConfig, ViewersConfig, WebrtcConfig } from "../config/streams_schema.ts";
import type { Feed } from "./feed.ts";
import { HlsStream } from "./hls/stream.ts";
import { MjpegStream } from "./mjpeg.ts";
import { Push, type PushStatus } from "./push.ts";
import { Recorder } from "./recordings/recorder.ts";
import { RecordingStore } from "./recordings/store.ts";
import { ViewerLimits } from "./viewer_limits.ts";
import { ConnectGate } from "./webrtc/connect_gate.ts";
import { WhepEndpoint } from "./webrtc/endpoint.ts";
import type { PeerOptions } from "./webrtc/peer.ts";
import { PortPool } from "./webrtc/port_pool.ts";

/** What the outputs of all cameras share. */
export interface SharedOutputs {
  readonly limits: ViewerLimits;
  readonly peer: PeerOptions & { readonly gate?: ConnectGate };
  readonly recordings: RecordingsConfig;
  readonly log: (level: "info" | "warn", message: string) => void;
}

/** Makes what the outputs of all cameras of a service share. */
export function sharedOutputs(
  config: { webrtc: WebrtcConfig; viewers: ViewersConfig; recordings: RecordingsConfig },
  log: SharedOutputs["log"],
): SharedOutputs {
  const { ports, publicHosts, iceServers } = config.webrtc;
  return {
    limits: new ViewerLimits(config.viewers),
    peer: {
      gate: new ConnectGate(),
      publicHosts,
      iceServers,
      ...(ports ? { ports: new PortPool(ports) } : {}),
    },
    recordings: config.recordings,
    log,
  };
}

/** What a camera's settings say of its outputs. */
export interface OutputSettings {
  /** Whether it is recorded. */
  record: boolean;
  /** Addresses of servers that it is sent to. */
  push: readonly string[];
}

/** Period in which recordings are looked at for what is to be removed. */
const PRUNE_PERIOD_MS = 60_000;

/** Everything that one camera's encoded pictures are served from. */
export class Outputs {
  readonly whep: WhepEndpoint;
  readonly hls: HlsStream;
  readonly mjpeg: MjpegStream;
  readonly recordings: RecordingStore;
  readonly #feed: Feed;
  readonly #shared: SharedOutputs;
  readonly #pruning: ReturnType<typeof setInterval>;
  readonly #pushes = new Map<string, Push>();
  #recorder: Recorder | null = null;
  /** What is being ended. */
  readonly #ending = new Set<Promise<void>>();

  /** @param camera the camera's name */
  constructor(camera: string, feed: Feed, shared: SharedOutputs) {
    const admit = (address: string) => shared.limits.enter(camera, address);
    this.#feed = feed;
    this.#shared = shared;
    this.whep = new WhepEndpoint(feed, { ...shared.peer, admit });
    this.hls = new HlsStream(feed, { admit });
    this.mjpeg = new MjpegStream(feed, admit);
    const { folder, ...retention } = shared.recordings;
    this.recordings = new RecordingStore(`${folder}/${camera}`, retention);
    // Also of a camera that is not recorded any more: what is too old has to go.
    this.#pruning = setInterval(() => {
      this.recordings.prune(this.#recorder?.writing ?? null, Date.now()).catch((error) =>
        shared.log("warn", `Cannot look after '${this.recordings.folder}': ${error.message}`)
      );
    }, PRUNE_PERIOD_MS);
  }

  /** Begins and ends recording and pushes as the settings say. What goes on is not touched. */
  change({ record, push }: OutputSettings): void {
    const { recordings, log } = this.#shared;
    if (record) {
      const { segmentMinutes } = recordings;
      this.#recorder ??= new Recorder(this.#feed, this.recordings, { segmentMinutes, log });
    } else if (this.#recorder) {
      this.#end(this.#recorder);
      this.#recorder = null;
    }
    for (const [url, running] of this.#pushes) {
      if (push.includes(url)) continue;
      this.#pushes.delete(url);
      this.#end(running);
    }
    for (const url of push) {
      if (this.#pushes.has(url)) continue;
      const { iceServers = [] } = this.#shared.peer;
      this.#pushes.set(url, new Push(this.#feed, url, { log, iceServers }));
    }
  }

  /** Viewers now, by the way they watch. */
  get viewers(): { webrtc: number; hls: number; mjpeg: number } {
    return { webrtc: this.whep.viewers, hls: this.hls.viewers, mjpeg: this.mjpeg.viewers };
  }

  /** What recording does; null if the camera is not recorded. */
  get recording(): { writing: string | null; lastError: string | null } | null {
    return this.#recorder &&
      { writing: this.#recorder.writing, lastError: this.#recorder.lastError };
  }

  /** What the pushes do. */
  get pushes(): PushStatus[] {
    return [...this.#pushes.values()].map(({ status }) => status);
  }

  /** Ends all outputs. Resolves when their sockets are closed and their files complete. */
  async close(): Promise<void> {
    clearInterval(this.#pruning);
    this.change({ record: false, push: [] });
    this.hls.close();
    this.mjpeg.close();
    await Promise.all([this.whep.close(), ...this.#ending]);
  }

  #end(output: Recorder | Push): void {
    const ending = output.close().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
