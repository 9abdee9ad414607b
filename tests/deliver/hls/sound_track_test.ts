import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { SoundTrack } from "../../../src/deliver/hls/sound_track.ts";

const PACKET_US = 1024 * 1e6 / 48_000;
const SILENT_BYTES = 6;

const packet = (timeUs: number, name: number) => ({ data: Uint8Array.of(name), timeUs });
/** First bytes of packets; `-` for silence. */
const names = (packets: readonly Uint8Array[]) =>
  packets.map((data) => data.length === SILENT_BYTES ? "-" : String(data[0])).join(" ");

Deno.test("SoundTrack gives packets in a row, however their times jitter", () => {
  const track = new SoundTrack(0);
  const given: string[] = [];
  let samples = 0;
  for (let n = 0; n < 100; n++) {
    track.add(packet(n * PACKET_US + (n % 3 - 1) * 4000, n));
    const { time, packets } = track.take((n + 1) * PACKET_US);
    strictEqual(time, samples);
    samples += packets.length * 1024;
    if (packets.length > 0) given.push(names(packets));
  }
  strictEqual(given.join(" "), Array.from({ length: 100 }, (_, n) => n).join(" "));
});

Deno.test("SoundTrack fills what is missing with silence, and waits a little for what is late", () => {
  const track = new SoundTrack(0);
  track.add(packet(0, 1));
  track.add(packet(5 * PACKET_US, 2));
  strictEqual(names(track.take(6 * PACKET_US).packets), "1 - - - - 2");
  deepStrictEqual(track.take(8 * PACKET_US), { time: 6 * 1024, packets: [] });
  strictEqual(names(track.take(6 * PACKET_US + 300_000).packets), "- - - -");
  // That is too late now; what belongs behind it is not.
  track.add(packet(7 * PACKET_US, 3));
  track.add(packet(10 * PACKET_US, 4));
  strictEqual(names(track.take(11 * PACKET_US).packets), "4");
});

Deno.test("SoundTrack leaves out what is from before its begin", () => {
  const track = new SoundTrack(1e6);
  for (let n = 0; n < 60; n++) track.add(packet(n * PACKET_US, n));
  const { time, packets } = track.take(60 * PACKET_US);
  strictEqual(time, 48_000);
  strictEqual(names(packets).split(" ")[0], "47");
});

Deno.test("SoundTrack follows a clock that runs a thousandth fast or slow, within 11 ms", () => {
  for (const rate of [0.999, 1.001]) {
    const track = new SoundTrack(0);
    let at = 0, most = 0, real = 0;
    for (let n = 0; n < 5000; n++) {
      const timeUs = n * PACKET_US * rate;
      track.add(packet(timeUs, 1));
      for (const data of track.take(timeUs + PACKET_US).packets) {
        if (data.length !== SILENT_BYTES) {
          real++;
          most = Math.max(most, Math.abs(at / 48_000 * 1e6 - timeUs));
        }
        at += 1024;
      }
    }
    ok(most < 11_000, `${most} us`);
    ok(real > 4980, `${real} of 5000`);
  }
});
