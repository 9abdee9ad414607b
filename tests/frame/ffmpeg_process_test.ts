import assert from "node:assert/strict";
import { FfmpegProcess } from "../../src/frame/ffmpeg_process.ts";

Deno.test("FfmpegProcess drains a flood of error output and keeps its last 100 lines", async () => {
  // 3000 lines are more than a pipe holds: undrained, ffmpeg would never end.
  const filter = "testsrc2=size=32x32:rate=25:duration=120,showinfo";
  const process = new FfmpegProcess("ffmpeg", [
    ...["-hide_banner", "-nostdin", "-f", "lavfi", "-i", filter, "-f", "null", "-"],
  ]);
  await process.stdout.cancel();
  const status = await process.ended();
  assert.ok(status.success);
  assert.equal(process.lines.length, 100);
  const numbers = process.lines.flatMap((line) => /\bn: *(\d+)\b/.exec(line)?.[1] ?? []).map(
    Number,
  );
  assert.equal(numbers.at(-1), 2999);
  assert.ok(numbers.every((n) => n > 2880), "old lines are kept");
});

Deno.test("FfmpegProcess gives the output, the exit status and the reason of a failure", async () => {
  const process = new FfmpegProcess("ffmpeg", ["-v", "error", "-i", "no-such-file.mp4"]);
  assert.equal(await new Response(process.stdout).text(), "");
  const status = await process.ended();
  assert.equal(status.success, false);
  assert.match(process.lines.join("\n"), /No such file/);
});

Deno.test("FfmpegProcess passes on what is written to it", async () => {
  const process = new FfmpegProcess(
    "ffmpeg",
    [..."-v error -f s8 -ar 8000 -ac 1 -i pipe:0 -f s8 pipe:1".split(" ")],
    "piped",
  );
  const sent = Uint8Array.from({ length: 256 }, (_, i) => i);
  const writer = process.stdin.getWriter();
  await writer.write(sent);
  await writer.close();
  const got = new Uint8Array(await new Response(process.stdout).arrayBuffer());
  assert.deepEqual(got, sent);
  assert.ok((await process.ended()).success);
});

Deno.test("FfmpegProcess ends when killed, and may be killed twice", async () => {
  const process = new FfmpegProcess("ffmpeg", [
    ...["-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2", "-f", "null", "-"],
  ]);
  assert.ok(process.pid > 0);
  process.kill();
  process.kill();
  await process.stdout.cancel();
  const status = await process.ended();
  assert.equal(status.success, false);
  process.kill();
});
