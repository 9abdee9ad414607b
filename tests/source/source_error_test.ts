import assert from "node:assert/strict";
import { explainFailure, shownReason } from "../../src/source/source_error.ts";

const REASONS: [string, RegExp][] = [
  ["[rtsp @ 0x1] method DESCRIBE failed: 401 Unauthorized", /^wrong user name or password/],
  ["Server returned 403 Forbidden (access denied)", /forbids/],
  ["[rtsp @ 0x1] method DESCRIBE failed: 404 Not Found", /no stream at that path/],
  ["rtsp://h/x: Connection refused", /^connection refused/],
  ["tcp://h: No route to host", /^no route to the host/],
  ["tcp://h: Network is unreachable", /^no route to the host/],
  ["Failed to resolve hostname h: Name or service not known", /^host name not found/],
  ["rtsp://h/x: Connection timed out", /timed out/],
  ["a.mp4: No such file or directory", /^no such file/],
  ["/dev/video0: Permission denied", /^permission denied/],
  ["file:/tmp: Is a directory", /folder/],
  ["/dev/video0: Device or resource busy", /in use by another program/],
  ["[hls @ 0x1] Protocol 'file' not on whitelist 'http,https'!", /not allowed/],
  ["[mov,mp4,m4a @ 0x1] moov atom not found", /cut short/],
  ["a.txt: Invalid data found when processing input", /not a video/],
  ["rtmp://h/x: End of file", /closed the connection/],
  ["http://h/x: Connection reset by peer", /broke the connection/],
  ["http://h/x: Broken pipe", /broke the connection/],
];

for (const [line, reason] of REASONS) {
  Deno.test(`explainFailure puts '${line}' into words`, () => {
    assert.match(explainFailure(["something before", line]), reason);
    assert.match(explainFailure([line, "something after"]), reason);
    // The address in a line may hold a password.
    assert.doesNotMatch(explainFailure([line]), /:\/\//);
  });
}

Deno.test("explainFailure prefers the cause to what follows from it", () => {
  const lines = [
    "[mov @ 0x1] moov atom not found",
    "a.mp4: Invalid data found when processing input",
  ];
  assert.match(explainFailure(lines), /cut short/);
});

Deno.test("explainFailure gives the last line where it knows no reason, and says when there is none", () => {
  assert.equal(explainFailure(["one", " the last word "]), "the last word");
  assert.equal(explainFailure([]), "ffmpeg ended without a word");
  assert.equal(explainFailure(["  "]), "ffmpeg ended without a word");
});

Deno.test("shownReason leaves our own words as they are, and hides a password in ffmpeg's", () => {
  const redact = (text: string) => text.replaceAll("wrong", "***");
  const own = explainFailure(["401 Unauthorized"]);
  assert.equal(shownReason(own, redact), own);
  assert.equal(shownReason("unknown option wrong", redact), "unknown option ***");
});
