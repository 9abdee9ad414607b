import { z } from "zod";
import { cameraFields, cameraName } from "../config/schema.ts";
import {
  cameraStatusSchema,
  connectionSchema,
  pastSchema,
  recordingSchema,
  settingsSchema,
} from "./api_schemas.ts";

/** One thing that can be asked of the HTTP API, as the OpenAPI document tells it. */
export interface Operation {
  method: "get" | "post" | "patch" | "delete";
  /** With parameters as `{name}`. */
  path: string;
  summary: string;
  /** Who may, once a token is set. */
  role: "anyone" | "view" | "admin";
  body?: { type: string; schema?: z.ZodType };
  /** What a success answers. */
  answer: { status: number; type?: string; schema?: z.ZodType };
  /** Statuses of the errors that belong to it, besides 401, 403 and 404. */
  errors?: number[];
}

const json = "application/json";
const sdp = "application/sdp";
const fragment = "application/trickle-ice-sdpfrag";
const camera = "/cameras/{name}";
const api = `/api${camera}`;

/** All of them, in the order of the document. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/healthz",
    summary: "Whether the process answers.",
    role: "anyone",
    answer: { status: 200, type: json, schema: z.object({ status: z.literal("ok") }) },
  },
  {
    method: "get",
    path: "/readyz",
    summary:
      "Whether the detector is ready and a camera shows pictures; else 503 with the reasons.",
    role: "view",
    answer: { status: 200, type: json, schema: z.object({ status: z.literal("ready") }) },
    errors: [503],
  },
  {
    method: "get",
    path: "/metrics",
    summary: "Numbers for Prometheus.",
    role: "view",
    answer: { status: 200, type: "text/plain" },
  },
  {
    method: "get",
    path: "/api/cameras",
    summary: "Every camera's numbers of now.",
    role: "view",
    answer: { status: 200, type: json, schema: z.array(cameraStatusSchema) },
  },
  {
    method: "post",
    path: "/api/cameras",
    summary: "Adds a camera: to the configuration file, or in memory where there is none.",
    role: "admin",
    body: { type: json, schema: cameraFields.extend({ name: cameraName }) },
    answer: { status: 201, type: json, schema: settingsSchema },
    errors: [400, 409, 413, 415, 422],
  },
  {
    method: "get",
    path: api,
    summary: "One camera's numbers of now.",
    role: "view",
    answer: { status: 200, type: json, schema: cameraStatusSchema },
  },
  {
    method: "get",
    path: `${api}/history`,
    summary: "One camera's last half hour, second by second, and what happened to it.",
    role: "view",
    answer: { status: 200, type: json, schema: pastSchema },
  },
  {
    method: "get",
    path: "/api/connections",
    summary: "How well each camera delivers.",
    role: "view",
    answer: { status: 200, type: json, schema: z.array(connectionSchema) },
  },
  {
    method: "delete",
    path: api,
    summary: "Removes a camera.",
    role: "admin",
    answer: { status: 204 },
    errors: [409],
  },
  {
    method: "post",
    path: `${api}/restart`,
    summary: "Opens a camera anew. Its viewers stay connected.",
    role: "admin",
    answer: { status: 202 },
  },
  {
    method: "get",
    path: `${api}/settings`,
    summary: "A camera's settings, defaults filled in, secrets hidden.",
    role: "admin",
    answer: { status: 200, type: json, schema: settingsSchema },
  },
  {
    method: "patch",
    path: `${api}/settings`,
    summary:
      "Changes a camera's settings by a merge patch (RFC 7396): null gives a key back to the " +
      "defaults, and what is sent back as it was shown stays. Masks and zones change in the running " +
      "picture; anything else opens the camera anew.",
    role: "admin",
    body: { type: "application/merge-patch+json", schema: cameraFields.partial() },
    answer: { status: 200, type: json, schema: settingsSchema },
    errors: [400, 409, 413, 415, 422],
  },
  {
    method: "post",
    path: "/api/trials",
    summary:
      "Opens a camera for a minute at most, to see its first masked picture or why there is none. " +
      "Its name is answered; it is never saved.",
    role: "admin",
    body: { type: json, schema: cameraFields },
    answer: { status: 201, type: json, schema: z.object({ name: z.string() }) },
    errors: [400, 413, 415, 422, 503],
  },
  {
    method: "get",
    path: "/api/config",
    summary:
      "The configuration file, why its newest version is refused, and all cameras' settings.",
    role: "admin",
    answer: {
      status: 200,
      type: json,
      schema: z.object({
        file: z.string().nullable(),
        problem: z.string().nullable(),
        cameras: z.array(settingsSchema),
      }),
    },
  },
  {
    method: "post",
    path: "/api/config/reload",
    summary: "Reads the configuration file again; tells the sections that wait for the next start.",
    role: "admin",
    answer: { status: 200, type: json, schema: z.object({ nextStart: z.array(z.string()) }) },
    errors: [409, 422],
  },
  {
    method: "get",
    path: "/api/session",
    summary: "What whoever asks may do.",
    role: "view",
    answer: { status: 200, type: json, schema: z.object({ role: z.enum(["view", "admin"]) }) },
  },
  {
    method: "get",
    path: "/api/events",
    summary:
      "Server-sent events: one `history`, then `cameras` with every camera's numbers each second. " +
      "`?log=` and a camera's name adds `log`, its lines of the log; that needs the role admin.",
    role: "view",
    answer: { status: 200, type: "text/event-stream" },
    errors: [503],
  },
  {
    method: "get",
    path: "/api/schema.json",
    summary: "The configuration file's JSON Schema.",
    role: "view",
    answer: { status: 200, type: "application/schema+json" },
  },
  {
    method: "get",
    path: "/api/openapi.json",
    summary: "This document.",
    role: "view",
    answer: { status: 200, type: json },
  },
  {
    method: "get",
    path: "/api/docs",
    summary: "This document, as a page.",
    role: "view",
    answer: { status: 200, type: "text/html" },
  },
  {
    method: "post",
    path: `${camera}/whep`,
    summary: "Begins a WebRTC session (WHEP) by an SDP offer; `Location` is the session.",
    role: "view",
    body: { type: sdp },
    answer: { status: 201, type: sdp },
    errors: [400, 409, 413, 415, 503],
  },
  {
    method: "patch",
    path: `${camera}/whep/{id}`,
    summary: "Adds ICE candidates to a session, or restarts its ICE.",
    role: "view",
    body: { type: fragment },
    answer: { status: 204 },
    errors: [412, 413, 415, 422, 428],
  },
  {
    method: "delete",
    path: `${camera}/whep/{id}`,
    summary: "Ends a session.",
    role: "view",
    answer: { status: 200 },
  },
  {
    method: "get",
    path: `${camera}/hls/{file}`,
    summary: "HLS: `index.m3u8`, and the files that it leads to.",
    role: "view",
    answer: { status: 200, type: "application/vnd.apple.mpegurl" },
    errors: [503],
  },
  {
    method: "get",
    path: `${camera}/snapshot.jpg`,
    summary: "The newest masked picture; `?width=` makes it smaller.",
    role: "view",
    answer: { status: 200, type: "image/jpeg" },
    errors: [400, 503],
  },
  {
    method: "get",
    path: `${camera}/mjpeg`,
    summary: "The masked stream as Motion JPEG; `?fps=` bounds its rate.",
    role: "view",
    answer: { status: 200, type: "multipart/x-mixed-replace" },
    errors: [400, 503],
  },
  {
    method: "get",
    path: `${api}/recordings`,
    summary: "What is recorded, newest first.",
    role: "view",
    answer: { status: 200, type: json, schema: z.array(recordingSchema) },
  },
  {
    method: "get",
    path: `${api}/recordings/{file}`,
    summary: "A recorded file, or a range of it.",
    role: "view",
    answer: { status: 200, type: "video/mp4" },
    errors: [416],
  },
];
