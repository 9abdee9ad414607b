import type { RTCDtlsTransport, RTCPeerConnection } from "werift";
import { AES_CM_PROFILE } from "./srtp.ts";

/** Longest time for an answer to a consent check, in milliseconds: until about the next one. */
const CONSENT_ANSWER_MS = 4000;

/** A message of the DTLS handshake, put together of its records (RFC 6347, section 4.2.2). */
interface Message {
  msg_type: number;
  message_seq: number;
}

/** What is used of werift's DTLS socket. */
interface Socket {
  onHandleHandshakes(messages: Message[]): Promise<void>;
}

/** What is used of werift's sockets for ICE. */
interface Protocol {
  request(
    message: unknown,
    address: unknown,
    key?: unknown,
    options?: number | { retransmissions?: number; responseTimeout?: number },
    onSent?: unknown,
  ): Promise<unknown>;
}

/** Messages that make werift work out keys: hellos with a cookie, certificates, and what is in between. */
const KEYING = new Set([1, 2, 11, 12, 13, 14, 15, 16]);

/**
 * Leaves it to the viewer to begin the DTLS handshake: as the one that begins, werift is the more likely to be asked
 * twice, since its answer takes it the longest.
 */
export function letViewerBegin(connection: RTCPeerConnection): void {
  for (const transport of connection.dtlsTransports) transport.role = "server";
}

/**
 * Takes each message of the DTLS handshakes once. werift makes itself new keys when the other side repeats its part,
 * which Chromium does where it is not answered within 50 ms; then neither can read what the other
 * sends: on a machine that is a bit slow in one connection of two. What is lost on the way is not missed:
 * werift repeats its own part by its own clock.
 */
export function onceOnly(connection: RTCPeerConnection): void {
  for (const transport of connection.dtlsTransports) {
    transport.onStateChange.subscribe((state) => {
      // The socket is made right after this is told.
      if (state === "connecting") queueMicrotask(() => filter(transport));
    });
  }
}

/**
 * Encrypts media in the way that every WebRTC endpoint knows and that costs the least: werift would choose
 * AES-GCM.
 */
export function encryptCheaply(connection: RTCPeerConnection): void {
  for (const transport of connection.dtlsTransports) {
    (transport as unknown as { srtpProfiles: number[] }).srtpProfiles = [AES_CM_PROFILE];
  }
}

/**
 * Takes answers to consent checks that come late. werift asks every 5 s and gives each answer half a second: on a
 * thread, or to a viewer, that is busy for longer six of them in a row come too late, and a viewer that is there is given up.
 *
 * @param connection its candidates gathered
 */
export function letAnswersBeLate(connection: RTCPeerConnection): void {
  for (const { connection: ice } of connection.iceTransports) {
    for (const protocol of (ice as unknown as { protocols: Protocol[] }).protocols) {
      const request = protocol.request.bind(protocol);
      protocol.request = (message, address, key, options, onSent) => {
        const isConsent = typeof options === "object" && options.retransmissions === 0;
        const patient = isConsent ? { ...options, responseTimeout: CONSENT_ANSWER_MS } : options;
        return request(message, address, key, patient, onSent);
      };
    }
  }
}

function filter(transport: RTCDtlsTransport): void {
  const socket = transport.dtls as unknown as Socket | undefined;
  if (!socket) return;
  const handle = socket.onHandleHandshakes;
  const seen = new Set<string>();
  socket.onHandleHandshakes = (messages) =>
    handle(messages.filter(({ msg_type, message_seq }) => {
      // The first hello, without a cookie, is answered without keys, and may have to be again.
      if (!KEYING.has(msg_type) || message_seq === 0) return true;
      const key = `${msg_type} ${message_seq}`;
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    }));
}
