import assert from "node:assert/strict";
import { redact, redactorFor } from "../../src/config/redact.ts";

const URLS: [string, string][] = [
  ["rtsp://admin:hunter2@10.0.0.7/live", "rtsp://***@10.0.0.7/live"],
  ["rtsp://admin:hunter2@10.0.0.7:554/live?x=1", "rtsp://***@10.0.0.7:554/live?x=1"],
  ["RTSP://Admin:Hunter2@cam.example/live", "RTSP://***@cam.example/live"],
  ["rtsps://admin@cam.example/live", "rtsps://***@cam.example/live"],
  ["rtsp://:hunter2@cam.example/live", "rtsp://***@cam.example/live"],
  ["rtsp://admin:p@ss@word@cam.example/live", "rtsp://***@cam.example/live"],
  ["rtsp://admin:hun:ter2@cam.example/live", "rtsp://***@cam.example/live"],
  ["rtsp://admin:hun/ter2@cam.example/live", "rtsp://***@cam.example/live"],
  ["rtsp://admin:hun?ter2@cam.example/live", "rtsp://***@cam.example/live"],
  ["rtsp://admin:hun#ter2@cam.example/live", "rtsp://***@cam.example/live"],
  ["rtsp://admin:hun'ter2@cam.example/live", "rtsp://***@cam.example/live"],
  ["rtsp://admin:p%40ss%2Fword@cam.example/live", "rtsp://***@cam.example/live"],
  ["rtsp://admin:hunter2@[fe80::1]:554/live", "rtsp://***@[fe80::1]:554/live"],
  ["rtmp://cam.example/app?token=hunter2", "rtmp://cam.example/app?token=***"],
  ["http://cam.example/v?user=root&pwd=hunter2&x=1", "http://cam.example/v?user=***&pwd=***&x=1"],
  ["http://cam.example/v?x=1&password=hunter2", "http://cam.example/v?x=1&password=***"],
  ["http://cam.example/v?access_token=hunter2", "http://cam.example/v?access_token=***"],
  ["http://cam.example/v?api_key=hunter2&x=1", "http://cam.example/v?api_key=***&x=1"],
  ["srt://cam.example:9000?passphrase=hunter2hunter2", "srt://cam.example:9000?passphrase=***"],
  [
    "srt://cam.example:9000?mode=caller&streamid=hunter2",
    "srt://cam.example:9000?mode=caller&streamid=***",
  ],
  ["http://cam.example/live?fps=5", "http://cam.example/live?fps=5"],
  ["/dev/video0", "/dev/video0"],
];

for (const [address, shown] of URLS) {
  Deno.test(`redact shows ${address} as ${shown}`, () => {
    assert.equal(redact(address), shown);
    const sentence = (url: string) => `Cannot open '${url}': refused; again: ${url} (attempt 3)`;
    assert.equal(redact(sentence(address)), sentence(shown));
  });
}

Deno.test("redact leaves no secret of a camera that keeps them in its path", () => {
  const text = redact("rtsp://cam.example:554/user=admin_password=hunter2_channel=1_stream=0.sdp");
  assert.doesNotMatch(text, /admin|hunter2/);
  assert.match(text, /^rtsp:\/\/cam\.example:554\//);
});

Deno.test("redact hides every address of a longer text", () => {
  const text = redact("rtsp://a:one@h1/x\nand rtsp://b:two@h2/y, srt://h3?passphrase=three&x=1");
  assert.equal(text, "rtsp://***@h1/x\nand rtsp://***@h2/y, srt://h3?passphrase=***&x=1");
});

Deno.test("redact can be applied twice without harm", () => {
  for (const [address, shown] of URLS) assert.equal(redact(redact(address)), shown);
});

Deno.test("redactorFor hides a password that stands alone, raw and decoded", () => {
  const hide = redactorFor("rtsp://admin:p%40ss%20word@cam.example/live");
  assert.equal(hide("auth failed for p@ss word"), "auth failed for ***");
  assert.equal(hide("auth failed for p%40ss%20word"), "auth failed for ***");
  assert.equal(hide("credentials admin:p%40ss%20word given"), "credentials *** given");
});

for (
  const password of [
    "hun@ter2",
    "hun:ter2",
    "hun/ter2",
    "hun?ter2",
    "hun#ter2",
    "hun ter2",
    "hun'ter2",
    'hun"ter2',
  ]
) {
  Deno.test(`redactorFor hides the password ${password} wherever ffmpeg repeats it`, () => {
    const address = `rtsp://admin:${password}@cam.example:554/live`;
    const hide = redactorFor(address);
    for (
      const line of [
        address,
        `${address}: Invalid data found when processing input`,
        `[rtsp @ 0x5581] method DESCRIBE failed: 401 Unauthorized ${password}`,
        `Failed to resolve hostname admin:${password}`,
      ]
    ) {
      const shown = hide(line);
      assert.ok(!shown.includes(password), shown);
    }
    assert.match(hide(address), /cam\.example:554\/live$/);
  });
}

Deno.test("redactorFor hides query secrets that stand alone", () => {
  const hide = redactorFor("srt://cam.example:9000?mode=caller&passphrase=correct+horse%21");
  assert.equal(hide("bad passphrase: correct+horse%21"), "bad passphrase: ***");
  assert.equal(hide("bad passphrase: correct+horse!"), "bad passphrase: ***");
  assert.equal(
    hide("srt://cam.example:9000?mode=caller: I/O error"),
    "srt://cam.example:9000?mode=caller: I/O error",
  );
});

Deno.test("redactorFor hides the longer of two secrets whole", () => {
  const hide = redactorFor("http://root:hunter@cam.example/v?token=hunter22");
  assert.equal(hide("token hunter22 of hunter"), "token *** of ***");
});

Deno.test("redactorFor leaves ordinary words alone when the password is very short", () => {
  const hide = redactorFor("rtsp://a:1@cam.example/live1");
  assert.equal(hide("attempt 1: Connection refused"), "attempt 1: Connection refused");
});

Deno.test("redactorFor hides other cameras' secrets too, and works without secrets", () => {
  const hide = redactorFor("/videos/clip.mp4");
  assert.equal(hide("rtsp://a:bcd@host/x failed"), "rtsp://***@host/x failed");
  assert.equal(hide("/videos/clip.mp4: no such file"), "/videos/clip.mp4: no such file");
});

Deno.test("redact takes a long hostile line without delay", () => {
  const hostile = "_user".repeat(800) + "rtsp://" + "a:@".repeat(800) + "?".repeat(800);
  const began = performance.now();
  redact(hostile);
  // Linear work takes a millisecond; the limit only tells it from hours.
  assert.ok(performance.now() - began < 60_000);
});
