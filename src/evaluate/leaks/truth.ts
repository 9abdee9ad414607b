import { z } from "zod";
import { UsageError } from "../../config/errors.ts";
import type { Rect } from "../../frame/rect.ts";

const thingSchema = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  box: z.tuple([z.number(), z.number(), z.number().min(0), z.number().min(0)]),
  visibility: z.number().min(0).max(1).default(1),
});

const truthSchema = z.object({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  fps: z.number().positive(),
  frames: z.array(z.object({
    plates: z.array(thingSchema),
    cars: z.array(thingSchema).optional(),
  })).min(1),
});

/** One labelled plate or car in one frame. */
export interface TruthThing {
  /** The same through the clip. */
  id: string;
  /** In pixels, inside the picture. */
  box: Rect;
  /** Share of it that nothing hides and that is inside the picture, 0..1; 1 if not given. */
  visibility: number;
}

/** One labelled plate in one frame. */
export type TruthPlate = TruthThing;

/** Where the plates of a clip are. */
export interface Truth {
  width: number;
  height: number;
  fps: number;
  /** Plates, frame by frame, at `fps`. */
  frames: readonly (readonly TruthPlate[])[];
  /** Cars, frame by frame; null if the truth has none. */
  cars: readonly (readonly TruthThing[])[] | null;
}

/**
 * Reads a truth file: `{"width","height","fps","frames":[{"plates":[{"id","box":[x,y,width,height]}]}]}`,
 * optionally with each plate's `visibility`, and with `cars` in the same form. More keys are allowed and not looked at.
 *
 * @throws {UsageError} if it cannot be read or is something else.
 */
export async function readTruth(file: string): Promise<Truth> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "no such file" : String(error);
    throw new UsageError(`Cannot read the truth '${file}': ${why}; give it with --truth FILE`, {
      cause: error,
    });
  }
  try {
    return parseTruth(text);
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const why = issue ? `'${issue.path.join(".")}': ${issue.message}` : (error as Error).message;
    throw new UsageError(`The truth '${file}' is not valid: ${why}`, { cause: error });
  }
}

/** Reads the text of a truth file. Boxes are cut to the picture; empty ones are left out. */
export function parseTruth(text: string): Truth {
  const { width, height, fps, frames } = truthSchema.parse(JSON.parse(text));
  const inside = (things: z.infer<typeof thingSchema>[]): TruthThing[] =>
    things.map(({ id, box, visibility }) => ({ id, visibility, box: cut(box, width, height) }))
      .filter(({ box }) => box.width > 0 && box.height > 0);
  return {
    width,
    height,
    fps,
    frames: frames.map(({ plates }) => inside(plates)),
    cars: frames.some(({ cars }) => cars) ? frames.map(({ cars }) => inside(cars ?? [])) : null,
  };
}

function cut([x, y, boxWidth, boxHeight]: number[], width: number, height: number): Rect {
  const left = Math.max(0, x), top = Math.max(0, y);
  return {
    x: left,
    y: top,
    width: Math.min(width, x + boxWidth) - left,
    height: Math.min(height, y + boxHeight) - top,
  };
}
