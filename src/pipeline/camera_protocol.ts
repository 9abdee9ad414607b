import type { AccessUnit } from "../encode/access_unit.ts";
import type { AudioPacket } from "../frame/audio_packet.ts";
import type { MaskConfig, ZonesConfig } from "../config/mask_schema.ts";
import type { DecoderName, EncoderName } from "../config/codec_schema.ts";
import type { CameraConfig } from "../config/schema.ts";
import type { CameraCounts } from "./counts.ts";
import type { CameraStatus } from "./status.ts";

/** What a camera's Worker needs to know. */
export interface CameraSettings {
  camera: CameraConfig;
  /** Longest side of the detector's picture, in pixels. */
  longSide: number;
  /** Those of all profiles: under load a smaller one is taken. */
  longSides: number[];
  /** Score from which a detection starts a track, per class. */
  startScores: Record<string, number>;
  decoderThreads: number;
  encoderThreads: number;
  decoder: DecoderName;
  encoder: EncoderName;
}

/** The part of the status that the Worker knows. */
export type WorkerStatus = Omit<
  CameraStatus,
  "name" | "provider" | "model" | "hides" | "viewers" | "recording" | "pushes"
>;

/** What the main thread tells a camera's Worker. */
export type ToCamera =
  | { type: "start"; settings: CameraSettings }
  | { type: "attach"; worker: number; port: MessagePort; pulse: SharedArrayBuffer }
  | { type: "detach"; worker: number }
  | { type: "retire"; worker: number }
  | { type: "masks"; mask: MaskConfig; zones: ZonesConfig }
  | { type: "stop" };

/** What a camera's Worker tells the main thread. */
export type FromCamera =
  | { type: "unit"; unit: AccessUnit }
  | { type: "audio"; packets: AudioPacket[] }
  | { type: "status"; status: WorkerStatus; counts: CameraCounts }
  | { type: "log"; level: "info" | "warn"; message: string }
  | { type: "stalled"; worker: number }
  | { type: "retired"; worker: number }
  | { type: "stopped" };
