import { ffmpeg } from "../frame/streams.ts";

/** Seconds from one flash to the next. */
export const BEEP_PERIOD_S = 2;
/** Length of a flash in seconds. */
export const FLASH_S = 0.2;

/**
 * A clip whose picture turns white, and that beeps at 1 kHz, in the same moments: every
 * {@linkcode BEEP_PERIOD_S} seconds from second 1 on, for {@linkcode FLASH_S}.
 */
export async function beepClip(path: string, seconds: number, sound = true): Promise<void> {
  const on = `between(mod(t\\,${BEEP_PERIOD_S})\\,1\\,${1 + FLASH_S})`;
  const white = `geq=lum='if(between(mod(T\\,${BEEP_PERIOD_S})\\,0.999\\,${
    1 + FLASH_S - 0.001
  })\\,235\\,16)':cb=128:cr=128`;
  await ffmpeg([
    ...["-y", "-f", "lavfi", "-i", `color=black:s=320x180:r=30:d=${seconds},${white}`],
    ...(sound
      ? ["-f", "lavfi", "-i", `aevalsrc=if(${on}\\,sin(2*PI*1000*t)\\,0):s=48000:d=${seconds}`]
      : []),
    ...["-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-bf", "0", "-pix_fmt", "yuv420p"],
    ...["-c:a", "aac", path],
  ]);
}

/** Longest time in seconds from a black picture to a white one in which no picture was left out. */
const STEADY_S = 1.6 / 30;
/** A black picture is darker, a white one brighter; between them is neither of the clip's: a cover. */
const BLACK = 32, WHITE = 200;

/**
 * Moments at which the picture of a file turns white, and at which its sound begins, in seconds of the
 * file, as ffmpeg decodes it. `unsure` are flashes whose first picture was dropped or covered, as on a busy machine.
 */
export async function flashesAndBeeps(
  path: string,
): Promise<{ flashes: number[]; unsure: number[]; beeps: number[] }> {
  const { stderr } = await new Deno.Command("ffmpeg", {
    args: [
      ...["-hide_banner", "-nostdin", "-copyts", "-i", path],
      ...["-vf", "signalstats,metadata=print:key=lavfi.signalstats.YAVG"],
      ...["-af", "silencedetect=noise=-35dB:d=0.3", "-f", "null", "-"],
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stderr);
  const flashes: number[] = [], unsure: number[] = [];
  let before = 255, beforeS = 0;
  for (const [, time, level] of text.matchAll(/pts_time:([\d.]+)[^]*?YAVG=([\d.]+)/g)) {
    const timeS = Number(time), luma = Number(level);
    if (luma > WHITE && before <= WHITE) {
      const isSure = before < BLACK && timeS - beforeS < STEADY_S;
      (isSure ? flashes : unsure).push(timeS);
    }
    before = luma;
    beforeS = timeS;
  }
  const beeps = [...text.matchAll(/silence_end: ([\d.]+)/g)].map(([, time]) => Number(time));
  return { flashes, unsure, beeps };
}
