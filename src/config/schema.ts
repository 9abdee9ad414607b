import { z } from "zod";
import { logSchema } from "./log_schema.ts";
import {
  cameraMaskSchema,
  type MaskConfig,
  maskSchema,
  NO_ZONES,
  type ZonesConfig,
  zonesSchema,
} from "./mask_schema.ts";
import { videoSchema } from "./codec_schema.ts";
import {
  originsSchema,
  pushSchema,
  recordingsSchema,
  viewersSchema,
  webrtcSchema,
} from "./streams_schema.ts";

/** Execution providers that can be asked for; `auto` takes the best one that works. */
export const PROVIDERS = [
  "auto",
  "cpu",
  "webgpu",
  "cuda",
  "tensorrt",
  "openvino",
  "coreml",
  "dml",
] as const;
/** An execution provider's name. */
export type ProviderName = typeof PROVIDERS[number];

/** How RTSP carries its media. */
export const TRANSPORTS = ["tcp", "udp"] as const;

/** What becomes of a camera's sound. */
export const AUDIO = ["drop", "keep"] as const;

const lookAhead = z.number().int().min(0).max(30);

/** One camera's settings as they are written. */
export const cameraFields = z.strictObject({
  source: z.string().min(1),
  enabled: z.boolean().optional(),
  lookAhead: lookAhead.optional(),
  transport: z.enum(TRANSPORTS).optional(),
  mask: cameraMaskSchema.optional(),
  zones: zonesSchema.optional(),
  audio: z.enum(AUDIO).optional(),
  record: z.boolean().optional(),
  push: pushSchema.optional(),
});

/** A camera's name: it stands in addresses, so letters, digits, `-` and `_` only. */
export const cameraName = z.string().regex(
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/,
  "a camera's name must be 1-63 letters, digits, '-' or '_', a letter or digit first",
);

const token = z.string().min(16, "must have at least 16 characters");

/** The whole configuration file. */
export const configSchema = z.strictObject({
  server: z.strictObject({
    host: z.string().min(1).default("127.0.0.1"),
    port: z.number().int().min(0).max(65535).default(8080),
    token: token.optional(),
    viewToken: token.optional(),
    tls: z.strictObject({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
    basePath: z.string().regex(
      /^(\/[A-Za-z0-9._~-]+)+$/,
      "must be a path such as /bokashi, without a '/' at its end",
    ).optional(),
    origins: originsSchema.optional(),
  }).prefault({}),
  log: logSchema.prefault({}),
  webrtc: webrtcSchema.prefault({}),
  viewers: viewersSchema.prefault({}),
  recordings: recordingsSchema.prefault({}),
  detector: z.strictObject({
    provider: z.enum(PROVIDERS).default("auto"),
    profile: z.string().optional(),
    workers: z.number().int().min(1).max(64).optional(),
  }).prefault({}),
  video: videoSchema.prefault({}),
  defaults: z.strictObject({
    lookAhead: lookAhead.default(3),
    transport: z.enum(TRANSPORTS).default("tcp"),
    audio: z.enum(AUDIO).default("drop"),
    mask: maskSchema.prefault({}),
  }).prefault({}),
  cameras: z.record(cameraName, z.union([z.string().min(1), cameraFields])).default({}),
});

/** A valid configuration with its defaults filled in. */
export type Config = z.infer<typeof configSchema>;

/** One camera's settings, defaults filled in. */
export interface CameraConfig {
  name: string;
  /** Address as given, secrets included: never to be shown. */
  source: string;
  /** Whether it is to run. */
  enabled: boolean;
  lookAhead: number;
  transport: typeof TRANSPORTS[number];
  mask: MaskConfig;
  zones: ZonesConfig;
  /** Whether its sound is kept. */
  audio: typeof AUDIO[number];
  /** Whether the masked stream is recorded. */
  record: boolean;
  /** Addresses of servers that it is sent to, secrets included: never to be shown. */
  push: string[];
}

/** The cameras of a configuration, each with the defaults filled in. */
export function cameraConfigs(config: Config): CameraConfig[] {
  return Object.entries(config.cameras).map(([name, entry]) => {
    const own = typeof entry === "string" ? { source: entry } : entry;
    return {
      name,
      source: own.source,
      enabled: own.enabled ?? true,
      lookAhead: own.lookAhead ?? config.defaults.lookAhead,
      transport: own.transport ?? config.defaults.transport,
      mask: Object.assign({}, config.defaults.mask, own.mask),
      zones: own.zones ?? NO_ZONES,
      audio: own.audio ?? config.defaults.audio,
      record: own.record ?? false,
      push: own.push ?? [],
    };
  });
}
