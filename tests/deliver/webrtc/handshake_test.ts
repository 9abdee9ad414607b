import assert from "node:assert/strict";
import { RTCPeerConnection } from "werift";
import { letAnswersBeLate, onceOnly } from "../../../src/deliver/webrtc/handshake.ts";

Deno.test("onceOnly hands on what has to do with keys once, and the first hello and the end as often as they come", async () => {
  const connection = new RTCPeerConnection({ iceServers: [] });
  try {
    connection.addTransceiver("video");
    await connection.createOffer();
    onceOnly(connection);
    const [transport] = connection.dtlsTransports;
    const handed: string[] = [];
    const socket = {
      onHandleHandshakes: (messages: { msg_type: number; message_seq: number }[]) => {
        handed.push(...messages.map(({ msg_type, message_seq }) => `${msg_type} ${message_seq}`));
        return Promise.resolve();
      },
    };
    transport.onStateChange.execute("connecting");
    Object.assign(transport, { dtls: socket });
    await Promise.resolve();
    const hello = { msg_type: 1, message_seq: 0 }, finished = { msg_type: 20, message_seq: 5 };
    const answer = [{ msg_type: 1, message_seq: 1 }, { msg_type: 16, message_seq: 3 }];
    await socket.onHandleHandshakes([hello, ...answer, finished]);
    await socket.onHandleHandshakes([hello, ...answer, finished]);
    assert.deepEqual(handed, ["1 0", "1 1", "16 3", "20 5", "1 0", "20 5"]);
    Object.assign(transport, { dtls: undefined });
  } finally {
    await connection.close();
  }
});

Deno.test("letAnswersBeLate gives answers to consent checks 4 s, and all else what it had", async () => {
  const connection = new RTCPeerConnection({
    iceServers: [],
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ["127.0.0.1"],
  });
  try {
    connection.addTransceiver("video");
    const offer = await connection.createOffer();
    const [{ connection: ice }] = connection.iceTransports;
    delete ice.stunServer;
    await connection.setLocalDescription(offer);
    const { protocols } = ice as unknown as {
      protocols: { request(...args: unknown[]): Promise<unknown> }[];
    };
    assert.equal(protocols.length, 1);
    const asked: unknown[] = [];
    protocols[0]!.request = (_message, _address, _key, options) => {
      asked.push(options);
      return Promise.resolve();
    };
    letAnswersBeLate(connection);
    await protocols[0]!.request({}, [], null, { retransmissions: 0, responseTimeout: 500 });
    await protocols[0]!.request({}, [], null, { retransmissions: 6, responseTimeout: 500 });
    await protocols[0]!.request({}, [], null, 4);
    assert.deepEqual(asked, [
      { retransmissions: 0, responseTimeout: 4000 },
      { retransmissions: 6, responseTimeout: 500 },
      4,
    ]);
  } finally {
    await connection.close();
  }
});
