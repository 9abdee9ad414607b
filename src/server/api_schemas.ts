import { z } from "zod";
import { maskSchema, zonesSchema } from "../config/mask_schema.ts";
import { AUDIO, TRANSPORTS } from "../config/schema.ts";
import { QUALITIES } from "./connection.ts";

const milliseconds = z.number().nullable();
const latency = z.object({ p50: milliseconds, p95: milliseconds, p99: milliseconds });
const counts = z.object({ car: z.number(), plate: z.number() });

/** A camera's numbers as they are answered; there may be more than these. */
export const cameraStatusSchema = z.looseObject({
  name: z.string(),
  source: z.string(),
  state: z.enum(["connecting", "live", "retrying", "ended", "disabled"]),
  since: z.iso.datetime(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  profile: z.string().nullable(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  decoder: z.string().nullable(),
  encoder: z.string().nullable(),
  lookAhead: z.number(),
  loadStep: z.number(),
  hides: z.array(z.string()),
  fps: z.object({
    camera: z.number(),
    processed: z.number(),
    encoded: z.number(),
    skipped: z.number(),
  }),
  sourceDelayMs: z.number(),
  dropped: z.number(),
  covered: z.number(),
  detections: z.object({ now: counts, total: counts }),
  latencyMs: z.object({
    inference: latency,
    captureToMasked: latency,
    maskedToEncoded: latency,
    endToEnd: latency,
  }),
  viewers: z.record(z.string(), z.number()),
  recording: z.object({ writing: z.string().nullable(), lastError: z.string().nullable() })
    .nullable(),
  pushes: z.array(z.object({
    target: z.string(),
    state: z.enum(["connecting", "live", "retrying"]),
    since: z.iso.datetime(),
    lastError: z.string().nullable(),
  })),
  lastError: z.string().nullable(),
});

/** How a camera delivers. */
export const connectionSchema = z.object({
  name: z.string(),
  quality: z.enum(QUALITIES).nullable(),
  expectedFps: z.number().nullable(),
  reconnectsLastHour: z.number(),
  stallsLastHour: z.number(),
});

/** What has been of a camera; samples are time, camera's and processed frames/s, plates, cars, guard. */
export const pastSchema = z.object({
  nowS: z.number(),
  samples: z.array(z.array(z.number()).length(6)),
  journal: z.array(
    z.object({ at: z.iso.datetime(), what: z.string(), why: z.string().nullable() }),
  ),
});

/** A camera's settings as they are answered; there may be more than these. */
export const settingsSchema = z.looseObject({
  name: z.string(),
  source: z.string(),
  enabled: z.boolean(),
  lookAhead: z.number(),
  transport: z.enum(TRANSPORTS),
  mask: maskSchema,
  zones: zonesSchema,
  audio: z.enum(AUDIO),
  record: z.boolean(),
  push: z.array(z.string()),
  saved: z.boolean(),
});

/** A recorded file. */
export const recordingSchema = z.object({
  name: z.string(),
  start: z.iso.datetime(),
  end: z.iso.datetime(),
  bytes: z.number(),
});

/** An error as it is answered (RFC 9457). */
export const problemSchema = z.object({
  title: z.string(),
  status: z.number(),
  detail: z.string(),
});
