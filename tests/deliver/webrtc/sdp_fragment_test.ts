import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { announce } from "../../../src/deliver/webrtc/candidates.ts";
import { formatFragment, parseFragment } from "../../../src/deliver/webrtc/sdp_fragment.ts";

const FRAGMENT = [
  "a=ice-ufrag:EsAw",
  "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
  "m=audio 9 UDP/TLS/RTP/SAVPF 0",
  "a=mid:0",
  "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw",
  "a=candidate:3471623853 1 udp 2122194687 f81d4fae.local 61765 typ host generation 0 ufrag EsAw",
  "a=end-of-candidates",
  "",
];

Deno.test("parseFragment() reads the example of RFC 9725, without candidates that are names", () => {
  for (const end of ["\r\n", "\n"]) {
    deepStrictEqual(parseFragment(FRAGMENT.join(end)), {
      ufrag: "EsAw",
      password: "P2uYro0UCOQ4zxjKXaWCBui1",
      candidates: [FRAGMENT[4]!.slice("a=candidate:".length)],
      endOfCandidates: true,
    });
  }
});

Deno.test("parseFragment() takes no more candidates than a browser has", () => {
  const text = `${FRAGMENT[4]}\r\n`.repeat(1000);
  strictEqual(parseFragment(text)!.candidates.length, 32);
});

Deno.test("parseFragment() refuses what is no fragment", () => {
  for (const text of ["", "\r\n", "{}", '{"candidate":"a=b"}', "hello\r\na=mid:0"]) {
    strictEqual(parseFragment(text), null, text);
  }
});

Deno.test("formatFragment() writes what parseFragment() reads", () => {
  const candidates = ["1 1 udp 2122260223 192.0.2.1 61764 typ host"];
  deepStrictEqual(parseFragment(formatFragment("0", "abcd", "p".repeat(22), candidates)), {
    ufrag: "abcd",
    password: "p".repeat(22),
    candidates,
    endOfCandidates: true,
  });
});

Deno.test("announce() gives each address the port of the socket of its family", () => {
  const sdp =
    "m=video 9 x\r\na=candidate:ab 1 udp 2130706431 127.0.0.1 4000 typ host generation 0\r\n" +
    "a=candidate:cd 1 udp 2130706431 ::1 5000 typ host generation 0\r\n" +
    "a=candidate:ef 1 udp 1694498815 203.0.113.9 4000 typ srflx raddr 127.0.0.1 rport 4000\r\n";
  const lines = announce(sdp, ["192.0.2.1", "2001:db8::1", "203.0.113.7"]).trim().split("\r\n");
  deepStrictEqual(lines.slice(1).map((line) => line.split(" ").slice(3, 8).join(" ")), [
    "2130706431 127.0.0.1 4000 typ host",
    "2130706175 192.0.2.1 4000 typ host",
    "2130705919 203.0.113.7 4000 typ host",
    "2130706431 ::1 5000 typ host",
    "2130706175 2001:db8::1 5000 typ host",
    "1694498815 203.0.113.9 4000 typ srflx",
  ]);
});
