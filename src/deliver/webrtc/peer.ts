import {
  MediaStream,
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpSender,
  useNACK,
  usePLI,
} from "werift";
import type { IceServerConfig } from "../../config/streams_schema.ts";
import { BusyError } from "../viewer_limits.ts";
import { announce, ownAddresses, socketAddresses } from "./candidates.ts";
import { OfferError } from "./errors.ts";
import { encryptCheaply, letAnswersBeLate, letViewerBegin, onceOnly } from "./handshake.ts";
import { IceControl } from "./ice_control.ts";
import type { MediaNumbers } from "./media_sender.ts";
import type { ChosenCodec, ParsedOffer } from "./offer.ts";
import type { PortPool } from "./port_pool.ts";

/** Addresses and ports at which viewers reach us. */
export interface PeerOptions {
  /** UDP ports to use, IPv4 only, one a viewer. @default any free port, IPv4 and IPv6 */
  ports?: PortPool;
  /** IP addresses to announce besides those of the network interfaces. @default [] */
  publicHosts?: readonly string[];
  /** STUN and TURN servers to ask for more candidates. @default [] */
  iceServers?: readonly IceServerConfig[];
}

/** Seconds to wait for a STUN server. The answer waits with it, and so does the viewer. */
const STUN_TIMEOUT_S = 2;

/** A peer connection that sends one H.264 track. */
export interface Peer {
  readonly connection: RTCPeerConnection;
  readonly sender: RTCRtpSender;
  /** Numbers of the stream that was agreed upon. */
  readonly numbers: MediaNumbers;
  /** Closes the connection. Resolves when its sockets are closed; never rejects. */
  close(): Promise<void>;
}

/** One that answers a viewer. */
export interface AnsweringPeer extends Peer {
  /** The SDP answer, with all our ICE candidates. */
  readonly answer: string;
  readonly ice: IceControl;
}

/** One that offers to send. */
export interface OfferedPeer extends Peer {
  /** The SDP offer, with all our ICE candidates. */
  readonly offer: string;
  /** Takes the answer. @throws {OfferError} if it cannot be used */
  accept(answer: string): Promise<void>;
}

/**
 * Makes the WebRTC peer that answers an offer: H.264 only, sendonly; audio and anything else that
 * the offer holds is refused. Unless `iceServers` says so no STUN or TURN server is asked, so that
 * nothing leaves the machine but to the viewer.
 *
 * @throws {OfferError} if the WebRTC stack refuses the offer
 * @throws {BusyError} if no port is left
 */
export async function answerOffer(
  offer: ParsedOffer,
  options: PeerOptions = {},
): Promise<AnsweringPeer> {
  const codecs = codecParameters(offer.codec);
  const { ports } = options;
  const connection = newConnection(codecs, options);
  let port: number | undefined;
  const close = async () => {
    // A connection that fails to close has nobody left who could do something about it.
    await connection.close().catch(() => {});
    if (port !== undefined) ports?.release(port);
  };
  try {
    port = ports?.take();
    const transceiver = addTrack(connection, codecs);
    await connection.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    if (!/^a=setup:passive/m.test(offer.sdp)) letViewerBegin(connection);
    onceOnly(connection);
    encryptCheaply(connection);
    const transport = connection.iceTransports[0]!;
    // A range of one port, which werift's own setting refuses.
    if (port !== undefined) transport.connection.options.portRange = [port, port];
    askNoStranger(connection, options);
    // Resolves when all candidates are gathered; without ICE servers at once.
    await connection.setLocalDescription(await connection.createAnswer());
    if (transport.localCandidates.length === 0) {
      throw new BusyError(
        port === undefined
          ? "No UDP socket could be opened."
          : `UDP port ${port} is in use by another program.`,
        1,
      );
    }
    letAnswersBeLate(connection);
    const addresses = [...ownAddresses(), ...options.publicHosts ?? []];
    const { sender } = transceiver;
    const { payloadType, rtxPayloadType } = offer.codec;
    return {
      connection,
      sender,
      numbers: {
        ssrc: sender.ssrc,
        payloadType,
        rtx: rtxPayloadType === null ? null : { ssrc: sender.rtxSsrc, payloadType: rtxPayloadType },
      },
      answer: announce(connection.localDescription!.sdp, addresses),
      ice: new IceControl(transport, transceiver.mid ?? "0", addresses),
      close,
    };
  } catch (cause) {
    await close();
    if (cause instanceof BusyError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OfferError(`Cannot use the offer: ${reason}`, { cause });
  }
}

/** Payload types of our own offers. */
const OFFERED = { payloadType: 96, rtxPayloadType: 97 };

/**
 * Makes a WebRTC peer that offers to send: H.264 only.
 *
 * @param profile `profile-level-id` of the stream as six hexadecimal digits
 */
export async function offerPeer(
  profile: string,
  options: Pick<PeerOptions, "iceServers"> = {},
): Promise<OfferedPeer> {
  const parameters = `level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=${profile}`;
  const codecs = codecParameters({ ...OFFERED, parameters });
  const connection = newConnection(codecs, options);
  const close = () => connection.close().catch(() => {});
  try {
    const { sender } = addTrack(connection, codecs);
    const offer = await connection.createOffer();
    askNoStranger(connection, options);
    onceOnly(connection);
    encryptCheaply(connection);
    await connection.setLocalDescription(offer);
    letAnswersBeLate(connection);
    const { payloadType, rtxPayloadType } = OFFERED;
    const numbers = { ssrc: sender.ssrc, payloadType, rtx: null as MediaNumbers["rtx"] };
    return {
      connection,
      sender,
      numbers,
      offer: announce(connection.localDescription!.sdp, ownAddresses()),
      async accept(sdp) {
        if (!new RegExp(`^a=rtpmap:${payloadType} H264/`, "mi").test(sdp)) {
          throw new OfferError("the server takes no H.264");
        }
        if (new RegExp(`^a=fmtp:${rtxPayloadType} apt=${payloadType}`, "mi").test(sdp)) {
          numbers.rtx = { ssrc: sender.rtxSsrc, payloadType: rtxPayloadType };
        }
        await connection.setRemoteDescription({ type: "answer", sdp });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function newConnection(
  video: RTCRtpCodecParameters[],
  { ports, iceServers = [] }: PeerOptions,
): RTCPeerConnection {
  return new RTCPeerConnection({
    codecs: { video, audio: [] },
    headerExtensions: { video: [], audio: [] },
    iceServers: iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    })),
    iceStunGatherTimeout: STUN_TIMEOUT_S,
    bundlePolicy: "max-bundle",
    // One socket per IP family and viewer, whatever the number of interfaces.
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ports ? ["127.0.0.1"] : socketAddresses(),
  });
}

function addTrack(connection: RTCPeerConnection, codecs: RTCRtpCodecParameters[]) {
  // The track's codec binds werift to the very payload type that was chosen: by itself it takes
  // the offer's first H.264, whatever its packetization mode.
  const track = new MediaStreamTrack({ kind: "video", codec: codecs[0]! });
  return connection.addTransceiver(track, {
    direction: "sendonly",
    streams: [new MediaStream({ id: "bokashi" })],
  });
}

/**
 * Without a STUN server werift asks a public one for our address, whose name it has built in: unwanted
 * traffic to a stranger, and seconds of waiting where there is no internet.
 */
function askNoStranger(connection: RTCPeerConnection, { iceServers = [] }: PeerOptions): void {
  if (iceServers.some(({ urls }) => urls.some((url) => url.startsWith("stun:")))) return;
  for (const { connection: ice } of connection.iceTransports) delete ice.stunServer;
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
