import {
  MediaStream,
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpSender,
  useNACK,
  usePLI,
} from "werift";
import { OfferError } from "./errors.ts";
import type { ChosenCodec, ParsedOffer } from "./offer.ts";

/** Addresses and ports at which viewers reach us. */
export interface PeerOptions {
  /** UDP ports to use, lowest and highest; they must differ. @default any free port */
  portRange?: readonly [number, number];
  /** Addresses to announce besides those of the network interfaces. @default ["127.0.0.1"] */
  additionalHosts?: readonly string[];
}

/** An answered peer connection that sends one H.264 track. */
export interface Peer {
  readonly connection: RTCPeerConnection;
  readonly sender: RTCRtpSender;
  /** The SDP answer, with all our ICE candidates. */
  readonly answer: string;
}

/**
 * Makes the WebRTC peer that answers an offer: H.264 only, sendonly; audio and anything else that
 * the offer holds is refused. No STUN or TURN server is asked, so that nothing leaves the machine
 * but to the viewer.
 *
 * @throws {OfferError} if the WebRTC stack refuses the offer
 */
export async function answerOffer(offer: ParsedOffer, options: PeerOptions = {}): Promise<Peer> {
  const codecs = codecParameters(offer.codec);
  const connection = new RTCPeerConnection({
    codecs: { video: codecs, audio: [] },
    headerExtensions: { video: [], audio: [] },
    iceServers: [],
    bundlePolicy: "max-bundle",
    iceAdditionalHostAddresses: [...options.additionalHosts ?? ["127.0.0.1"]],
    ...(options.portRange ? { icePortRange: [...options.portRange] as [number, number] } : {}),
  });
  try {
    // The track's codec binds werift to the very payload type that was chosen: by itself it takes
    // the offer's first H.264, whatever its packetization mode.
    const track = new MediaStreamTrack({ kind: "video", codec: codecs[0]! });
    const { sender } = connection.addTransceiver(track, {
      direction: "sendonly",
      streams: [new MediaStream({ id: "bokashi" })],
    });
    await connection.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    // Without ICE servers werift asks a public STUN server for our address, whose name it has built
    // in: unwanted traffic to a stranger, and seconds of waiting where there is no internet.
    for (const transport of connection.iceTransports) delete transport.connection.stunServer;
    // Resolves when all candidates are gathered; they are host addresses, so at once.
    await connection.setLocalDescription(await connection.createAnswer());
    return { connection, sender, answer: connection.localDescription!.sdp };
  } catch (cause) {
    await connection.close().catch(() => {});
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OfferError(`Cannot use the offer: ${reason}`, { cause });
  }
}

function codecParameters(codec: ChosenCodec): RTCRtpCodecParameters[] {
  const h264 = new RTCRtpCodecParameters({
    mimeType: "video/H264",
    clockRate: 90_000,
    payloadType: codec.payloadType,
    parameters: codec.parameters,
    rtcpFeedback: [useNACK(), usePLI()],
  });
  if (codec.rtxPayloadType === null) return [h264];
  const rtx = new RTCRtpCodecParameters({
    mimeType: "video/rtx",
    clockRate: 90_000,
    payloadType: codec.rtxPayloadType,
    parameters: `apt=${codec.payloadType}`,
  });
  return [h264, rtx];
}
