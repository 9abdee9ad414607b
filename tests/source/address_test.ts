import assert from "node:assert/strict";
import { parseAddress, type SourceKind } from "../../src/source/address.ts";
import { inputArguments, type InputOptions } from "../../src/source/input_arguments.ts";

const KINDS: [string, typeof Deno.build.os, SourceKind][] = [
  ["rtsp://admin:x@10.0.0.7/live", "linux", "rtsp"],
  ["RTSPS://10.0.0.7/live", "linux", "rtsp"],
  ["rtmp://h/app/key", "linux", "rtmp"],
  ["rtmps://h/app/key", "linux", "rtmp"],
  ["srt://h:9000?mode=caller", "linux", "srt"],
  ["http://h/video.mjpg", "linux", "http"],
  ["https://h/video", "linux", "http"],
  ["https://h/live/index.m3u8", "linux", "hls"],
  ["https://h/live/INDEX.M3U8?token=a/b.c#x", "linux", "hls"],
  ["https://h/live?next=index.m3u8", "linux", "http"],
  ["/dev/video0", "linux", "webcam"],
  ["/dev/v4l/by-id/usb-Cam", "linux", "webcam"],
  ["/dev/video0", "darwin", "file"],
  ["avfoundation:0", "darwin", "webcam"],
  ["avfoundation:0", "linux", "file"],
  ["video=USB Camera", "windows", "webcam"],
  ["video=USB Camera", "linux", "file"],
  ["clip.mp4", "linux", "file"],
  ["-x.mp4", "linux", "file"],
  ["a:b.mp4", "linux", "file"],
  ["C:\\clips\\a.mp4", "windows", "file"],
];

for (const [source, os, kind] of KINDS) {
  Deno.test(`parseAddress takes ${source} on ${os} for ${kind}`, () => {
    assert.deepEqual(parseAddress(source, os), { kind, input: source });
  });
}

Deno.test("parseAddress takes a file URL for its file", () => {
  assert.deepEqual(parseAddress("file:///videos/my%20clip.mp4", "linux"), {
    kind: "file",
    input: "/videos/my clip.mp4",
  });
});

Deno.test("parseAddress takes 'demo' for the project's own clip", () => {
  const { kind, input } = parseAddress("demo", "linux");
  assert.equal(kind, "file");
  assert.match(input, /^\/.*\/scripts\/demo\/demo\.mp4$/);
});

for (const scheme of ["ftp", "concat", "data", "tcp", "udp", "javascript", "x+y"]) {
  Deno.test(`parseAddress refuses ${scheme}:// and does not repeat the address`, () => {
    assert.throws(() => parseAddress(`${scheme}://user:hunter2@h/x`), (error: Error) => {
      assert.equal(error.name, "UsageError");
      assert.ok(error.message.startsWith(`Cannot use a '${scheme}' source: use rtsp,`));
      assert.ok(!error.message.includes("hunter2"));
      return true;
    });
  });
}

const EAGER = "-fflags nobuffer -flags low_delay -analyzeduration 1000000";
const WEB = "-protocol_whitelist http,https,tcp,tls,crypto";
const GOLDEN: [string, Partial<InputOptions>, string][] = [
  [
    "rtsp://h/a",
    {},
    `${EAGER} -rtsp_transport tcp -timeout 5000000 -protocol_whitelist rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto -i rtsp://h/a`,
  ],
  [
    "rtsp://h/a",
    { transport: "udp" },
    `${EAGER} -rtsp_transport udp -timeout 5000000 -protocol_whitelist rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto -i rtsp://h/a`,
  ],
  ["rtmp://h/a", {}, `${EAGER} -rw_timeout 5000000 -i rtmp://h/a`],
  ["srt://h:1", {}, `${EAGER} -protocol_whitelist srt -i srt://h:1`],
  [
    "http://h/a",
    {},
    `${EAGER} -rw_timeout 5000000 -use_wallclock_as_timestamps 1 ${WEB} -i http://h/a`,
  ],
  ["http://h/a.m3u8", {}, `-rw_timeout 5000000 -re ${WEB} -i http://h/a.m3u8`],
  ["/dev/video0", { os: "linux" }, "-f v4l2 -i /dev/video0"],
  ["avfoundation:1", { os: "darwin" }, "-f avfoundation -i 1"],
  ["video=Cam", { os: "windows" }, "-f dshow -i video=Cam"],
  ["a.mp4", {}, "-re -stream_loop -1 -protocol_whitelist file -i file:a.mp4"],
  ["-x.mp4", { pace: "job" }, "-protocol_whitelist file -i file:-x.mp4"],
];

for (const [source, options, expected] of GOLDEN) {
  Deno.test(`inputArguments opens ${source} with ${JSON.stringify(options)}`, () => {
    const address = parseAddress(source, options.os ?? "linux");
    const args = inputArguments(address, {
      transport: "tcp",
      pace: "live",
      os: "linux",
      ...options,
    });
    assert.deepEqual(args, expected.split(" "));
  });
}
