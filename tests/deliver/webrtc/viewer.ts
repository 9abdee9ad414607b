import { strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  GenericNack,
  H264RtpPayload,
  RTCPeerConnection,
  RtcpTransportLayerFeedback,
  type RTCRtpReceiver,
  type RtpPacket,
  useH264,
} from "werift";
import { NalType, nalType, splitNalUnits } from "../../../src/deliver/h264.ts";
import type { WhepEndpoint } from "../../../src/deliver/webrtc/endpoint.ts";
import type { AccessUnit } from "../../../src/encode/access_unit.ts";
import { inTime } from "../../wait.ts";

/** Longest time of an attempt to connect. */
const CONNECT_MS = 30_000;

/** A picture as it was received. */
export interface Received {
  timestamp: number;
  nals: Buffer[];
}

/** A WHEP viewer made of werift: restores the pictures from the packets that it is sent. */
export class Viewer {
  readonly pictures: Received[] = [];
  connection = newConnection();
  readonly sequenceNumbers: number[] = [];
  id = "";
  receiver: RTCRtpReceiver | undefined;
  #parts: Buffer[] = [];
  #fragment: Buffer | undefined;
  #changed = () => {};

  /** Connects, at the third attempt at last: werift's handshake with itself stands still now and then on a busy machine. */
  async connect(whep: WhepEndpoint): Promise<void> {
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#connect(whep);
      } catch (error) {
        const state = this.#state();
        whep.delete(this.id);
        await this.connection.close();
        if (attempt === 3) throw new Error(`${error}. ${state}`, { cause: error });
        console.log(`a viewer's attempt ${attempt} to connect failed: ${error}. ${state}`);
        this.connection = newConnection();
      }
    }
  }

  async #connect(whep: WhepEndpoint): Promise<void> {
    this.receiver = this.connection.addTransceiver("video", { direction: "recvonly" }).receiver;
    this.connection.onTrack.subscribe((track) =>
      track.onReceiveRtp.subscribe((p) => this.#take(p))
    );
    for (const transport of this.connection.iceTransports) delete transport.connection.stunServer;
    await this.connection.setLocalDescription(await this.connection.createOffer());
    const answer = await whep.offer(this.connection.localDescription!.sdp);
    this.id = answer.id;
    await this.connection.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    if (this.connection.connectionState !== "connected") {
      await this.connection.connectionStateChange.watch(
        (state) => state === "connected",
        CONNECT_MS,
      );
    }
  }

  #take({ header, payload }: RtpPacket): void {
    strictEqual(header.payloadType, 97);
    this.sequenceNumbers.push(header.sequenceNumber);
    queueMicrotask(() => this.#changed());
    const packet = H264RtpPayload.deSerialize(payload, this.#fragment);
    this.#fragment = packet.fragment;
    if (packet.payload) this.#parts.push(packet.payload);
    if (!header.marker) return;
    const nals = splitNalUnits(Buffer.concat(this.#parts)).map((nal) => Buffer.from(nal));
    this.pictures.push({ timestamp: header.timestamp, nals });
    this.#parts = [];
  }

  /** Asks for packets again, by their numbers. */
  async askAgain(lost: number[]): Promise<void> {
    const mediaSourceSsrc = this.receiver!.tracks[0]!.ssrc!;
    const nack = new GenericNack({ senderSsrc: 1, mediaSourceSsrc, lost });
    const packet = new RtcpTransportLayerFeedback({ feedback: nack });
    await this.connection.dtlsTransports[0]!.sendRtcp([packet]);
  }

  /** Says that it has lost its picture. */
  async askPicture(): Promise<void> {
    await this.receiver!.sendRtcpPLI(this.receiver!.tracks[0]!.ssrc!);
  }

  /** Resolves once that many pictures have come. */
  async received(count: number): Promise<void> {
    while (this.pictures.length < count) await this.packet(`${count} pictures`);
  }

  /** Resolves when the next packet has come. */
  async packet(what = "a packet"): Promise<void> {
    const next = new Promise<void>((resolve) => this.#changed = resolve);
    await inTime(what, next, { about: () => this.#state() });
  }

  #state(): string {
    const { connectionState, iceConnectionState, dtlsTransports } = this.connection;
    return `The viewer has ${this.pictures.length} pictures and ${this.sequenceNumbers.length} packets, ` +
      `connection ${connectionState}, ICE ${iceConnectionState}, DTLS ${dtlsTransports[0]?.state}`;
  }
}

function newConnection(): RTCPeerConnection {
  return new RTCPeerConnection({
    codecs: {
      video: [
        useH264({
          payloadType: 97,
          parameters: "packetization-mode=1;profile-level-id=42e01f;level-asymmetry-allowed=1",
        }),
      ],
    },
    iceServers: [],
    iceAdditionalHostAddresses: ["127.0.0.1"],
  });
}

/** What a viewer is to get of a picture. */
export const sentNals = (au: AccessUnit) =>
  splitNalUnits(au.data).filter((nal) => nalType(nal) !== NalType.accessUnitDelimiter)
    .map((nal) => Buffer.from(nal));
