import { isIP } from "node:net";
import { z } from "zod";

/** The lowest and the highest of a range of ports. */
export type PortRange = readonly [number, number];

const ports = z.string().regex(
  /^\d{1,5}-\d{1,5}$/,
  "must be a range of ports such as 50000-50200",
).transform((text, context): PortRange => {
  const [low, high] = text.split("-").map(Number) as [number, number];
  if (low < 1024 || high > 65535 || low > high) {
    context.addIssue({
      code: "custom",
      message: `must be two ports from 1024 to 65535, the lower one first: got '${text}'`,
    });
  }
  return [low, high];
});

const iceServer = z.strictObject({
  urls: z.union([z.string(), z.array(z.string())]).pipe(
    z.preprocess(
      (urls) => typeof urls === "string" ? [urls] : urls,
      z.array(
        z.string().regex(/^(stun|turns?):[^\s<>"]+$/, "must begin with stun:, turn: or turns:"),
      ),
    ),
  ).describe("One or several addresses, such as turn:turn.example:3478."),
  username: z.string().optional().describe("User name at the TURN server."),
  credential: z.string().optional().describe("Password at the TURN server."),
});

/** How viewers reach us by WebRTC. */
export const webrtcSchema = z.strictObject({
  ports: ports.optional().describe(
    "UDP ports to use, one a viewer, such as 50000-50200. The default is any free port.",
  ),
  publicHosts: z.array(
    z.string().refine(
      (host) => isIP(host) !== 0,
      "must be an IP address, as browsers take no names",
    ),
  ).default([]).describe(
    "IP addresses to announce besides this machine's own: of the router or of the container's host.",
  ),
  iceServers: z.array(iceServer).default([]).describe(
    "STUN and TURN servers, for us and for viewers.",
  ),
});

/** How many may watch at one time; 0 sets no limit. */
export const viewersSchema = z.strictObject({
  perCamera: z.number().int().min(0).max(100_000).default(200).describe(
    "Viewers of one camera at one time, all ways of watching together; 0 sets no limit.",
  ),
  perAddress: z.number().int().min(0).max(100_000).default(64).describe(
    "Viewers from one address at one time; 0 sets no limit.",
  ),
});

/** Where recordings lie and how many of each camera are kept. */
export const recordingsSchema = z.strictObject({
  folder: z.string().min(1).default("recordings").describe(
    "Where recordings lie: a folder for each camera below it. BOKASHI_RECORDINGS must name another.",
  ),
  segmentMinutes: z.number().min(0.1).max(240).default(10).describe(
    "Length of a recorded file, in minutes, 0.1-240.",
  ),
  maxAgeHours: z.number().positive().default(168).describe(
    "Hours after which a recorded file is removed.",
  ),
  maxGigabytes: z.number().positive().default(50).describe(
    "Gigabytes that are kept of each camera; the oldest files are removed.",
  ),
});

/** Servers that a camera's masked stream is sent to. */
export const pushSchema = z.array(
  z.string().regex(
    /^(rtsps?|rtmps?|srt|whips?):\/\/[^\s]+$/i,
    "must be an rtsp://, rtsps://, rtmp://, rtmps://, srt://, whip:// or whips:// address",
  ).refine(
    (address) => !/^whip/i.test(address) || URL.canParse(address.replace(/^whip/i, "http")),
    "must be an address such as whips://TOKEN@media.example/gate/whip",
  ),
);

/** Valid `recordings` settings. */
export type RecordingsConfig = z.infer<typeof recordingsSchema>;
/** Valid `webrtc` settings. */
export type WebrtcConfig = z.infer<typeof webrtcSchema>;
/** A STUN or TURN server. */
export type IceServerConfig = WebrtcConfig["iceServers"][number];
/** Valid `viewers` settings. */
export type ViewersConfig = z.infer<typeof viewersSchema>;

/** Web pages' origins that may read the streams; `*` stands for any. */
export const originsSchema = z.array(
  z.union([
    z.literal("*"),
    z.string().regex(
      /^https?:\/\/[^\/\s]+$/,
      "must be '*' or an origin such as https://home.example",
    ),
  ]),
);
