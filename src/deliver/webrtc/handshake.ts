import type { RTCDtlsTransport, RTCPeerConnection } from "werift";

/** A message of the DTLS handshake, put together of its records (RFC 6347, section 4.2.2). */
interface Message {
  msg_type: number;
  message_seq: number;
}

/** What is used of werift's DTLS socket. */
interface Socket {
  onHandleHandshakes(messages: Message[]): Promise<void>;
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
