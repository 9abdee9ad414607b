import type { ViewersConfig, WebrtcConfig } from "../config/streams_schema.ts";
import type { Feed } from "./feed.ts";
import { HlsStream } from "./hls/stream.ts";
import { ViewerLimits } from "./viewer_limits.ts";
import { WhepEndpoint } from "./webrtc/endpoint.ts";
import type { PeerOptions } from "./webrtc/peer.ts";
import { PortPool } from "./webrtc/port_pool.ts";

/** What the outputs of all cameras share. */
export interface SharedOutputs {
  readonly limits: ViewerLimits;
  readonly peer: PeerOptions;
}

/** Makes what the outputs of all cameras of a service share. */
export function sharedOutputs(
  config: { webrtc: WebrtcConfig; viewers: ViewersConfig },
): SharedOutputs {
  const { ports, publicHosts, iceServers } = config.webrtc;
  return {
    limits: new ViewerLimits(config.viewers),
    peer: { publicHosts, iceServers, ...(ports ? { ports: new PortPool(ports) } : {}) },
  };
}

/** Everything that one camera's encoded pictures are served from. */
export class Outputs {
  readonly whep: WhepEndpoint;
  readonly hls: HlsStream;

  /** @param camera the camera's name */
  constructor(camera: string, feed: Feed, shared: SharedOutputs) {
    const admit = (address: string) => shared.limits.enter(camera, address);
    this.whep = new WhepEndpoint(feed, { ...shared.peer, admit });
    this.hls = new HlsStream(feed, { admit });
  }

  /** Viewers now, by the way they watch. */
  get viewers(): { webrtc: number; hls: number } {
    return { webrtc: this.whep.viewers, hls: this.hls.viewers };
  }

  /** Ends all outputs. Resolves when their sockets are closed. */
  async close(): Promise<void> {
    this.hls.close();
    await this.whep.close();
  }
}
