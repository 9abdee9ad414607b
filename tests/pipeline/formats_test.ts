/** A live camera whose pictures are not 8-bit 4:2:0 in limited range, by what leaves it. */
import assert from "node:assert/strict";
import { ffmpeg, join } from "../frame/streams.ts";
import { withFolder } from "../source/clips.ts";
import { FaultyCamera } from "./faulty_camera.ts";
import { plateClip, type Shown } from "./plate_clip.ts";

const X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "8"];
const X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:qp=8"];
const BT2020 = ["-color_primaries", "bt2020", "-colorspace", "bt2020nc"];

/** By what it is: how ffmpeg makes it of the clip, and what the camera's stream says of its size and colour. */
const SOURCES: Record<string, { args: string[]; said: string }> = {
  "10-bit HEVC in PQ": {
    args: [...X265, "-pix_fmt", "yuv420p10le", ...BT2020, "-color_trc", "smpte2084"],
    said: "640,360,yuv420p,bt2020nc,smpte2084,bt2020",
  },
  "10-bit HEVC in HLG": {
    args: [...X265, "-pix_fmt", "yuv420p10le", ...BT2020, "-color_trc", "arib-std-b67"],
    said: "640,360,yuv420p,bt2020nc,arib-std-b67,bt2020",
  },
  "10-bit H.264 in 4:2:2": {
    args: [...X264, "-pix_fmt", "yuv422p10le"],
    said: "640,360,yuv420p,unknown,unknown,unknown",
  },
  "4:4:4 of odd size": {
    args: ["-vf", "format=yuv444p,crop=639:359", "-c:v", "ffv1"],
    said: "638,358,yuv420p,unknown,unknown,unknown",
  },
  "full range": {
    args: [...X264, "-vf", "scale=out_range=pc", "-pix_fmt", "yuvj420p"],
    said: "640,360,yuv420p,unknown,unknown,unknown",
  },
};

for (const [what, { args, said }] of Object.entries(SOURCES)) {
  Deno.test(`a camera that sends ${what} has its plate hidden, and viewers are told its colours`, () =>
    withFolder(async (folder) => {
      await plateClip(`${folder}/plain.mp4`, { seconds: 2 });
      await ffmpeg(["-i", `${folder}/plain.mp4`, ...args, "-y", `${folder}/source.mkv`]);
      const camera = new FaultyCamera(`${folder}/source.mkv`);
      camera.attach();
      const isHidden = (seen: readonly Shown[]) =>
        seen.filter((each) => each === "hidden").length > 20;
      let seen: Shown[] = [];
      try {
        await camera.more(40);
        await camera.shows(isHidden);
      } finally {
        seen = await camera.end();
      }
      assert.ok(!seen.includes("bare"), seen.join());
      assert.ok(isHidden(seen), seen.join());
      const units = camera.units.filter(({ generation }, _, { length }) =>
        generation === camera.units[length - 1].generation
      );
      await Deno.writeFile(`${folder}/left.h264`, join(units.map(({ data }) => data)));
      const { stdout } = await new Deno.Command("ffprobe", {
        args: [
          ...["-v", "error", "-of", "csv=p=0", "-show_entries"],
          ...["stream=width,height,pix_fmt,color_space,color_transfer,color_primaries"],
          `${folder}/left.h264`,
        ],
      }).output();
      assert.equal(new TextDecoder().decode(stdout).trim(), said);
    }));
}
