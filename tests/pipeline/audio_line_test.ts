import assert from "node:assert/strict";
import type { AccessUnit } from "../../src/encode/access_unit.ts";
import { AudioLine } from "../../src/pipeline/audio_line.ts";
import type { FromCamera } from "../../src/pipeline/camera_protocol.ts";

/** A line, and what leaves it: the pictures' times and the sound's, in order. */
function line() {
  const left: string[] = [];
  const audio = new AudioLine();
  const send = (message: FromCamera) => {
    if (message.type === "unit") left.push(`picture ${message.unit.timeUs}`);
    if (message.type === "audio") {
      for (const { data, timeUs } of message.packets) left.push(`sound ${data[0]} at ${timeUs}`);
    }
  };
  return {
    left,
    audio,
    heard: (timeUs: number, name: number) => audio.add({ data: Uint8Array.of(name), timeUs }),
    encoded: (timeUs: number) => audio.sendWith({ timeUs } as AccessUnit, send),
  };
}

Deno.test("sound leaves behind the encoded picture of its time, on the output's clock", () => {
  const { left, audio, heard, encoded } = line();
  heard(1000, 1);
  heard(41_000, 2);
  // Nothing has been masked: nothing leaves, whatever comes out of the encoder.
  encoded(500);
  audio.pictureMasked(40_000, 1_040_000);
  audio.pictureMasked(80_000, 1_080_000);
  assert.deepEqual(left.splice(0), ["picture 500"]);
  encoded(1_040_000);
  assert.deepEqual(left.splice(0), ["picture 1040000", "sound 1 at 1001000"]);
  encoded(1_080_000);
  assert.deepEqual(left, ["picture 1080000", "sound 2 at 1041000"]);
});

Deno.test("sound of pictures that never left the encoder waits for the next one that does", () => {
  const { left, audio, heard, encoded } = line();
  heard(1000, 1);
  audio.pictureMasked(40_000, 40_000);
  audio.pictureMasked(80_000, 80_000);
  encoded(80_000);
  assert.deepEqual(left, ["picture 80000", "sound 1 at 1000"]);
});

Deno.test("sound never goes back in time, and none of an old connection mixes with the new one", () => {
  const { left, audio, heard, encoded } = line();
  heard(90_000, 1);
  audio.pictureMasked(90_000, 5_000_000);
  heard(100_000, 2);
  audio.newSource();
  // The new connection's clock starts anew, and the output's was set back.
  heard(10_000, 3);
  audio.pictureMasked(10_000, 4_900_000);
  heard(300_000, 4);
  audio.pictureMasked(300_000, 5_190_000);
  encoded(5_190_000);
  assert.deepEqual(left, ["picture 5190000", "sound 1 at 5000000", "sound 4 at 5190000"]);
});

Deno.test("sound without pictures does not fill the memory", () => {
  const { left, audio, heard, encoded } = line();
  for (let n = 0; n < 10_000; n++) heard(n, n % 256);
  audio.pictureMasked(20_000, 20_000);
  encoded(20_000);
  assert.equal(left.length, 513);
  assert.equal(left.at(-1), `sound ${9999 % 256} at 9999`);
});

Deno.test("that there is no sound is told once", () => {
  const { audio } = line();
  assert.deepEqual([audio.tellsSilence(), audio.tellsSilence()], [true, false]);
});
