import { z } from "zod";

/** How a mask hides what is below it. */
export const MASK_STYLES = ["mosaic", "blur", "solid"] as const;
/** Classes that can be hidden. */
export const MASK_CLASSES = ["plate", "car"] as const;

const fields = {
  style: z.enum(MASK_STYLES).describe("How a mask hides what is below it: mosaic, blur or solid."),
  margin: z.number().min(0).max(1).describe(
    "Share of a plate's width, 0-1, by which its mask reaches past it on the left and on the right; above and below, twice that share of its height.",
  ),
  feather: z.number().int().min(0).max(64).describe(
    "Pixels, 0-64, around a mask over which it fades into the picture.",
  ),
  color: z.string().regex(/^#[0-9a-fA-F]{6}$/, "must be a colour such as '#2d3338'").describe(
    "Colour of the solid style, such as #2d3338.",
  ),
  classes: z.array(z.enum(MASK_CLASSES)).min(1).describe(
    "What is hidden: plate, car (the whole of it) or both.",
  ),
};

/** What is hidden, and how. */
export const maskSchema = z.strictObject({
  style: fields.style.default("mosaic"),
  margin: fields.margin.default(0.1),
  feather: fields.feather.default(0),
  color: fields.color.default("#2d3338"),
  classes: fields.classes.default(["plate"]),
});

/** The same for one camera: what it leaves out, the defaults say. */
export const cameraMaskSchema = z.strictObject(fields).partial();

/** What is hidden, and how; defaults filled in. */
export type MaskConfig = z.infer<typeof maskSchema>;

const share = z.number().refine((value) => value >= 0 && value <= 1, {
  error: ({ input }) => `must be a share of the picture, 0 to 1: got ${input}`,
});
const polygon = z.array(z.tuple([share, share])).min(3, "must have at least 3 points");

/** Areas of a camera's picture, as polygons of points `[x, y]` in shares of its width and height. */
export const zonesSchema = z.strictObject({
  always: z.array(polygon).default([]).describe(
    "Areas that are always masked, such as a neighbour's window.",
  ),
  ignore: z.array(polygon).default([]).describe(
    "Areas in which nothing counts: what is found with its centre in here stays bare.",
  ),
  detect: z.array(polygon).default([]).describe(
    "The only areas in which what is found counts, by its centre; none means everywhere.",
  ),
});

/** Areas of a camera's picture; those that are not given are empty. */
export type ZonesConfig = z.infer<typeof zonesSchema>;

/** Corner points `[x, y]`, 0..1 each. */
export type Polygon = z.infer<typeof polygon>;

/** Plates under a mosaic. */
export const DEFAULT_MASK: MaskConfig = maskSchema.parse({});

/** No area is special. */
export const NO_ZONES: ZonesConfig = zonesSchema.parse({});
