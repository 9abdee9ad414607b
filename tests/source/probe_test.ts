import assert from "node:assert/strict";
import { parseAddress } from "../../src/source/address.ts";
import { probe, readProbe } from "../../src/source/probe.ts";
import { SourceError } from "../../src/source/source_error.ts";
import { ffmpeg } from "../frame/streams.ts";
import { pause } from "../wait.ts";
import { clip, withFolder } from "./clips.ts";

const OPTIONS = { transport: "tcp", pace: "live" } as const;
const probeFile = (path: string) => probe(parseAddress(path), OPTIONS);

Deno.test("probe tells a clip's size, rate, codec and format, and ends though live files loop", () =>
  withFolder(async (folder) => {
    const path = await clip(
      `${folder}/a.mp4`,
      "testsrc2=size=320x240:rate=30000/1001:duration=0.3",
    );
    assert.deepEqual(await probeFile(path), {
      codec: "h264",
      width: 320,
      height: 240,
      fps: 29.97,
      pixelFormat: "yuv420p",
      color: { space: null, primaries: null, transfer: null },
    });
  }));

Deno.test("probe tells odd sizes", () =>
  withFolder(async (folder) => {
    const path = await clip(
      `${folder}/a b:c.mkv`,
      "testsrc2=size=321x241:rate=5:duration=0.4,format=yuv444p",
      ["-pix_fmt", "yuv444p"],
    );
    const { width, height, pixelFormat } = await probeFile(path);
    assert.deepEqual([width, height, pixelFormat], [321, 241, "yuv444p"]);
  }));

Deno.test("probe gives the upright size of a portrait clip that is stored lying", () =>
  withFolder(async (folder) => {
    const lying = await clip(`${folder}/lying.mp4`);
    for (const degrees of ["90", "270"]) {
      const turned = `${folder}/turned${degrees}.mp4`;
      await ffmpeg(["-i", lying, "-c", "copy", "-metadata:s:v", `rotate=${degrees}`, turned]);
      const { width, height } = await probeFile(turned);
      assert.deepEqual([width, height], [240, 320], degrees);
    }
    const upsideDown = `${folder}/upside_down.mp4`;
    await ffmpeg(["-i", lying, "-c", "copy", "-metadata:s:v", "rotate=180", upsideDown]);
    assert.equal((await probeFile(upsideDown)).width, 320);
  }));

Deno.test("probe explains what is not a video", () =>
  withFolder(async (folder) => {
    const sound = `${folder}/sound.m4a`;
    await ffmpeg(["-f", "lavfi", "-i", "sine=duration=0.2", "-c:a", "aac", sound]);
    await assert.rejects(probeFile(sound), {
      name: "SourceError",
      message: "it holds no video: give a source with a video stream",
    });
    const text = `${folder}/notes.txt`;
    await Deno.writeTextFile(text, "Not a video at all.\n".repeat(200));
    await assert.rejects(probeFile(text), {
      name: "SourceError",
      message: "it is a text, not a video",
    });
    const noise = `${folder}/noise.bin`;
    await Deno.writeFile(noise, Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 7) >> 3));
    await assert.rejects(probeFile(noise), {
      name: "SourceError",
      message: "it is not a video ffmpeg can read",
    });
    await assert.rejects(probeFile(folder), { name: "SourceError", message: /folder/ });
    await assert.rejects(probeFile(`${folder}/none.mp4`), {
      name: "SourceError",
      message: "no such file or device",
    });
    const cut = await clip(`${folder}/cut.mp4`);
    await Deno.truncate(cut, 5000);
    await assert.rejects(probeFile(cut), { name: "SourceError", message: /cut short/ });
  }));

Deno.test("probe does not follow a local playlist to another protocol", () =>
  withFolder(async (folder) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    let asked = false;
    const accepting = listener.accept().then((connection) => {
      asked = true;
      connection.close();
    }, () => {});
    const { port } = listener.addr as Deno.NetAddr;
    const list = `${folder}/list.m3u8`;
    const lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXTINF:1,"];
    lines.push(`http://127.0.0.1:${port}/a.ts`, "#EXT-X-ENDLIST", "");
    await Deno.writeTextFile(list, lines.join("\n"));
    await assert.rejects(probeFile(list), SourceError);
    listener.close();
    await accepting;
    assert.equal(asked, false);
  }));

Deno.test("probe ends at once when it is aborted", async () => {
  // A server that takes the connection and says nothing.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const connections: Deno.Conn[] = [];
  const stop = new AbortController();
  const accepted = listener.accept().then((connection) => {
    connections.push(connection);
    stop.abort();
  });
  const address = parseAddress(`http://127.0.0.1:${port}/live`);
  await assert.rejects(probe(address, OPTIONS, stop.signal), SourceError);
  await accepted;
  for (const connection of connections) connection.close();
  listener.close();
});

Deno.test("probe tells what a host answers, however late", async () => {
  const words = "HTTP/1.1 404 Not Found\r\n";
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const told: string[] = [];
  // A piece each second, so that ffmpeg goes on waiting; where this process stood still for seconds it does not.
  while (told.length < 4 && !/404/.test(told.at(-1) ?? "")) {
    const answering = listener.accept().then(async (connection) => {
      for (let at = 0; at < words.length; at += 4) {
        await pause(1000);
        await connection.write(new TextEncoder().encode(words.slice(at, at + 4))).catch(() => {});
      }
      const rest = new TextEncoder().encode("Content-Length: 0\r\n\r\n");
      await connection.write(rest).catch(() => {});
      connection.close();
    });
    const address = parseAddress(`http://127.0.0.1:${port}/live`);
    await probe(address, OPTIONS).catch((error) => told.push(error.message));
    await answering;
  }
  listener.close();
  assert.match(told.at(-1)!, /no stream at that path \(404\)/, told.join("; "));
});

Deno.test("probe gives nothing when it was aborted before", () =>
  withFolder(async (folder) => {
    const address = parseAddress(await clip(`${folder}/a.mp4`));
    await assert.rejects(probe(address, OPTIONS, AbortSignal.abort()), SourceError);
  }));

const STREAM = { codec_name: "h264", width: 640, height: 360, pix_fmt: "yuv420p" };
const read = (stream: Record<string, unknown>) =>
  readProbe(JSON.stringify({ streams: [{ ...STREAM, ...stream }] }));

Deno.test("readProbe takes the average rate, else the real one, and no time base for a rate", () => {
  assert.equal(read({ avg_frame_rate: "25/1", r_frame_rate: "50/1" }).fps, 25);
  assert.equal(read({ avg_frame_rate: "0/0", r_frame_rate: "15/1" }).fps, 15);
  assert.equal(read({ avg_frame_rate: "0/0", r_frame_rate: "90000/1" }).fps, 0);
  assert.equal(read({ avg_frame_rate: "24000/1001" }).fps, 23.976);
  assert.equal(read({}).fps, 0);
  assert.equal(read({ avg_frame_rate: "nonsense" }).fps, 0);
});

Deno.test("readProbe understands both ways of telling a rotation", () => {
  const size = (stream: Record<string, unknown>) => {
    const { width, height } = read(stream);
    return [width, height];
  };
  assert.deepEqual(size({ side_data_list: [{}, { rotation: -90 }] }), [360, 640]);
  assert.deepEqual(size({ side_data_list: [{ rotation: 180 }] }), [640, 360]);
  assert.deepEqual(size({ tags: { rotate: "270" } }), [360, 640]);
  assert.deepEqual(size({ side_data_list: [{ rotation: 0 }], tags: { rotate: "90" } }), [640, 360]);
});

Deno.test("readProbe refuses what holds no picture", () => {
  for (const json of ["", "{}", '{"streams":[]}', '{"streams":[{"codec_name":"h264"}]}']) {
    assert.throws(() => readProbe(json), { name: "SourceError", message: /no video/ });
  }
  assert.throws(() => read({ width: 0 }), SourceError);
});

Deno.test("readProbe names what ffprobe leaves out", () => {
  const { codec, pixelFormat } = readProbe('{"streams":[{"width":2,"height":2}]}');
  assert.deepEqual([codec, pixelFormat], ["unknown", "unknown"]);
});
