import { z } from "zod";
import { ModelError } from "./model_card.ts";
import type { Network, NetworkOutput } from "./network.ts";

const DRAWING = new URL("../../models/golden/drawing-128x96.json", import.meta.url);
const drawingSchema = z.object({
  input: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
});

/** The picture that every provider is tried on, as the network takes it. */
export interface GoldenFrame {
  y: Uint8Array;
  uv: Uint8Array;
  width: number;
  height: number;
}

/**
 * Reads the golden frame that lies with the models: a drawing of a car with its plate.
 *
 * @throws {ModelError} if it is not there.
 */
export async function readGoldenFrame(): Promise<GoldenFrame> {
  try {
    const { input, width, height } = drawingSchema.parse(
      JSON.parse(await Deno.readTextFile(DRAWING)),
    );
    const bytes = await Deno.readFile(new URL(input, DRAWING));
    const luma = width * height;
    return { y: bytes.slice(0, luma), uv: bytes.slice(luma, luma * 3 / 2), width, height };
  } catch (error) {
    throw new ModelError(
      "The golden frame cannot be read: restore it with 'git checkout models/golden'",
      { cause: error },
    );
  }
}

/** The frame upside down: another picture of the same size. */
export function upsideDown({ y, uv, width, height }: GoldenFrame): GoldenFrame {
  const half = uv.length / 2;
  const turned = new Uint8Array(uv.length);
  turned.set(turn(uv.subarray(0, half), width / 2));
  turned.set(turn(uv.subarray(half), width / 2), half);
  return { y: turn(y, width), uv: turned, width, height };
}

function turn(plane: Uint8Array, stride: number): Uint8Array {
  const out = new Uint8Array(plane.length);
  for (let at = 0; at < plane.length; at += stride) {
    out.set(plane.subarray(at, at + stride), plane.length - at - stride);
  }
  return out;
}

/** Copies of what a network says of frames of one size that it looks at in one run. */
export async function runTogether(
  network: Network,
  frames: readonly GoldenFrame[],
): Promise<NetworkOutput[]> {
  const { width, height } = frames[0], count = frames.length;
  const all = (plane: "y" | "uv") => {
    const bytes = new Uint8Array(frames[0][plane].length * count);
    frames.forEach((frame, i) => bytes.set(frame[plane], i * frame[plane].length));
    return bytes;
  };
  const { logits, deltas } = await network.run(all("y"), all("uv"), width, height, count);
  const part = (values: Float32Array, i: number) =>
    values.slice(i * values.length / count, (i + 1) * values.length / count);
  return frames.map((_, i) => ({ logits: part(logits, i), deltas: part(deltas, i) }));
}

/** A copy of what a network says of the golden frame. */
export async function runGolden(network: Network, frame: GoldenFrame): Promise<NetworkOutput> {
  const { logits, deltas } = await network.run(frame.y, frame.uv, frame.width, frame.height);
  return { logits: logits.slice(), deltas: deltas.slice() };
}

/** How far scores (0..1) and box codes may be from the CPU's. fp16 and TF32 round; no more than that. */
const MOST = { score: 0.02, code: 0.15 };

/** Why a provider's numbers cannot pass for the CPU's; null if they can. */
export function differs(of: NetworkOutput, cpu: NetworkOutput): string | null {
  if (of.logits.length !== cpu.logits.length || of.deltas.length !== cpu.deltas.length) {
    return `it gave ${of.logits.length} scores where the CPU gives ${cpu.logits.length}`;
  }
  const score = largest(of.logits, cpu.logits, (logit) => 1 / (1 + Math.exp(-logit)));
  if (!(score <= MOST.score)) {
    return `its numbers are not the CPU's: a score differs by ${score.toFixed(3)}`;
  }
  const code = largest(of.deltas, cpu.deltas, (delta) => delta);
  if (!(code <= MOST.code)) {
    return `its numbers are not the CPU's: a box code differs by ${code.toFixed(3)}`;
  }
  return null;
}

/** The largest difference; NaN as soon as one value is none. */
function largest(a: Float32Array, b: Float32Array, of: (value: number) => number): number {
  return a.reduce((most, value, i) => {
    const difference = Math.abs(of(value) - of(b[i]));
    return Number.isNaN(most) || difference <= most ? most : difference;
  }, 0);
}
