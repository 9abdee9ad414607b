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

const lookAhead = z.number().int().min(0).max(30).describe(
  "Frames, 0-30, by which the picture is delayed, so that a plate found late is hidden in the frames before.",
);
const transport = z.enum(TRANSPORTS).describe("How RTSP carries its media: tcp or udp.");
const whatIsHidden = "What is hidden, and how.";
const audio = z.enum(AUDIO).describe(
  "What becomes of the camera's sound: drop, as voices are personal data too, or keep.",
);

const address = z.string().min(1, "must not be empty: give an address, a file or 'demo'");

/** One camera's settings as they are written. */
export const cameraFields = z.strictObject({
  source: address.describe(
    "The camera's address: rtsp, rtsps, rtmp, srt, http or https, a webcam, a file, or demo.",
  ),
  enabled: z.boolean().optional().describe("false switches the camera off; its settings stay."),
  lookAhead: lookAhead.optional(),
  transport: transport.optional(),
  mask: cameraMaskSchema.optional().describe("What differs from the defaults' mask."),
  zones: zonesSchema.optional().describe(
    "Areas of the picture, as polygons of points [x, y]: 0, 0 is its left upper corner, 1, 1 its right lower one.",
  ),
  audio: audio.optional(),
  record: z.boolean().optional().describe("Whether the masked stream is recorded."),
  push: pushSchema.optional().describe("Servers that the masked stream is sent to."),
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
    host: z.string().min(1).default("127.0.0.1").describe(
      "Where to listen. Anything but this machine needs a token.",
    ),
    port: z.number().int().min(0).max(65535).default(8080).describe(
      "The port to listen on; 0 takes a free one.",
    ),
    token: token.optional().describe("Whoever knows it may do everything. 16 characters or more."),
    viewToken: token.optional().describe(
      "Whoever knows it may watch and read numbers, and change nothing.",
    ),
    tls: z.strictObject({
      cert: z.string().min(1).describe("PEM file of the certificate, with its chain."),
      key: z.string().min(1).describe("PEM file of the certificate's key."),
    }).optional().describe("Serves HTTPS by a certificate, read at the start."),
    basePath: z.string().regex(
      /^(\/[A-Za-z0-9._~-]+)+$/,
      "must be a path such as /bokashi, without a '/' at its end",
    ).optional().describe(
      "The path below which a reverse proxy shows the service, such as /bokashi.",
    ),
    origins: originsSchema.optional().describe(
      "Other sites whose pages may read the streams; * for any. The default is any with a token, none without.",
    ),
  }).prefault({}).describe("Where the service listens, and who may."),
  log: logSchema.prefault({}).describe("What is logged, and how."),
  webrtc: webrtcSchema.prefault({}).describe("How viewers reach the service by WebRTC."),
  viewers: viewersSchema.prefault({}).describe("How many may watch at one time."),
  recordings: recordingsSchema.prefault({}).describe(
    "Where recordings of cameras with record: true lie, and how many are kept.",
  ),
  detector: z.strictObject({
    provider: z.enum(PROVIDERS).default("auto").describe(
      "What the network runs on: auto takes the best that works; any other must work.",
    ),
    profile: z.union([z.string(), z.number().transform(String)]).optional().describe(
      "Longest side of the picture that the detector sees: 512, 640 or 960. Larger finds smaller plates.",
    ),
    workers: z.number().int().min(1).max(64).optional().describe(
      "Networks that run side by side. By default one for each camera, and others once they have no time left: " +
        "at most one for each core, and four. One that was not needed for minutes is ended.",
    ),
    batch: z.number().int().min(1).max(16).optional().describe(
      "The most pictures, of several cameras, in one run of the network. The default is 1 on a CPU, which gains " +
        "nothing, and up to 8 on a GPU as long as it is seen to be faster.",
    ),
  }).prefault({}).describe("The network that finds plates and cars."),
  video: videoSchema.prefault({}).describe("Who decodes and encodes."),
  defaults: z.strictObject({
    lookAhead: lookAhead.default(3),
    transport: transport.default("tcp"),
    audio: audio.default("drop"),
    mask: maskSchema.prefault({}).describe(whatIsHidden),
  }).prefault({}).describe("For every camera that does not say otherwise."),
  cameras: z.record(cameraName, z.union([address, cameraFields])).default({}).describe(
    "The cameras by name: an address, or settings.",
  ),
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
