/** Where the camera looks at one moment. */
export interface View {
  /** Point of the still picture in the middle of the frame, in its pixels. */
  x: number;
  y: number;
  /** Frame pixels per pixel of the still picture. */
  scale: number;
  /** Turn of the camera in radians. */
  roll: number;
}

/** A camera's movement and light over one clip; times from 0 to 1. */
export interface CameraPath {
  at(time: number): View;
  /** Light, 1 is the picture's own. */
  gain(time: number): number;
  /** Time that each frame is exposed, as a share of the clip. */
  exposure: number;
  /** Standard deviation of the sensor's noise, in steps of luma. */
  noise: number;
  /** Bits per second of the camera's encoder. */
  bitrate: number;
}

const BITRATES = [1_000_000, 1_500_000, 2_500_000, 4_000_000];
const KINDS = ["pan", "approach", "hand", "panAway"] as const;

/**
 * Makes up a movement. Kinds take turns: a pan that brings plates in and out, an approach, a hand-held
 * camera, a pan that draws back.
 *
 * @param picture The still picture's size. Left and right of it its mirror image goes on.
 * @param frame The clip's size.
 */
export function cameraPath(
  number: number,
  picture: { width: number; height: number },
  frame: { width: number; height: number },
  seconds: number,
  random: () => number,
): CameraPath {
  const between = (from: number, to: number) => from + (to - from) * random();
  const kind = KINDS[number % KINDS.length];
  // The frame shows a tenth more than the picture's height at most.
  const widest = Math.max(1.2, 0.9 * frame.height / picture.height);
  const near = widest * between(1.3, 1.8), far = widest * between(1, 1.1);
  const [from, to] = {
    pan: [far, far * 1.15],
    approach: [far, near],
    hand: [far * 1.2, far * 1.1],
    panAway: [near, far],
  }[kind];
  const pans = kind === "pan" || kind === "panAway";
  const side = random() < 0.5 ? -1 : 1;
  const sweep = (pans ? between(0.5, 0.8) : between(0.05, 0.2)) * picture.width * side;
  const middle = picture.width * between(0.4, 0.6);
  const shakes = shaking(kind === "hand" ? between(6, 12) : between(0.5, 3), seconds, random);
  const rolls = shaking(kind === "hand" ? between(0.008, 0.02) : 0.002, seconds, random);
  const dipAt = between(0.2, 0.7), dip = random() < 0.5 ? between(-0.45, -0.2) : between(0.2, 0.5);
  return {
    at(time) {
      const eased = time * time * (3 - 2 * time);
      const scale = from * (to / from) ** eased;
      const halfHeight = frame.height / 2 / scale;
      // Down at the cars, where the picture is higher than the frame.
      const y = Math.max(picture.height - halfHeight, picture.height / 2);
      return {
        x: middle + sweep * (eased - 0.5) * 2 + shakes.x(time) / scale,
        y: Math.min(y, picture.height / 2 + picture.height * 0.15) + shakes.y(time) / scale,
        scale,
        roll: rolls.x(time),
      };
    },
    // The sun comes out or goes in, and the camera follows within half a second.
    gain(time) {
      const since = (time - dipAt) * seconds;
      return since < 0 ? 1 : 1 + dip * Math.min(1, since / 0.1) * Math.exp(-since / 0.5);
    },
    exposure: between(1 / 125, 1 / 50) / seconds,
    noise: between(1, 4),
    bitrate: BITRATES[Math.floor(random() * BITRATES.length)],
  };
}

/** Two smooth, aperiodic movements of about `size`. */
function shaking(size: number, seconds: number, random: () => number) {
  const waves = () => {
    const parts = [1.1, 2.7, 5.3, 9.1].map((hertz) => ({
      turns: hertz * seconds * (0.8 + 0.4 * random()),
      phase: random() * 2 * Math.PI,
      size: size * (0.5 + random()) / Math.sqrt(hertz),
    }));
    return (time: number) =>
      parts.reduce(
        (sum, part) => sum + part.size * Math.sin(2 * Math.PI * part.turns * time + part.phase),
        0,
      );
  };
  return { x: waves(), y: waves() };
}
