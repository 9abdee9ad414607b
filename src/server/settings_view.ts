import { redactorFor } from "../config/redact.ts";
import type { CameraConfig } from "../config/schema.ts";
import type { ConfigStore, Patch } from "../config/store.ts";
import { problem } from "./errors.ts";

/** A camera's settings as the API shows them. */
export type SettingsView = CameraConfig & {
  /** Whether they stand in the configuration file; otherwise they last as long as the process. */
  saved: boolean;
};

/** A camera's settings without its secrets. */
export function settingsView(camera: CameraConfig, saved: boolean): SettingsView {
  const redact = redactorFor(camera.source);
  // Addresses alone hold secrets: a camera's name may be what somebody has for a password.
  return { ...camera, source: redact(camera.source), push: camera.push.map(redact), saved };
}

/** A camera's settings as they stand. @throws {HTTPException} 404 if there is no such camera. */
export function shownSettings(store: ConfigStore, name: string): SettingsView {
  const camera = store.cameras().find((each) => each.name === name);
  if (!camera) throw problem(404, `There is no camera '${name}'.`);
  return settingsView(camera, store.isSaved(name));
}

/**
 * What of a patch really changes something. Whoever sends settings back as they were shown thereby
 * keeps the secrets that were not shown.
 *
 * @throws {HTTPException} 422 for an address of which a part is hidden still.
 */
export function realChanges(patch: Patch, shown: SettingsView): Patch {
  const changes = differences(patch, shown as unknown as Patch);
  refuseHidden(changes);
  return changes;
}

function differences(patch: Patch, shown: Patch): Patch {
  return Object.fromEntries(
    Object.entries(patch).flatMap(([key, value]): [string, unknown][] => {
      const before = shown[key];
      if (JSON.stringify(value) === JSON.stringify(before)) return [];
      if (!isObject(value) || !isObject(before)) return [[key, value]];
      const inner = differences(value, before);
      return Object.keys(inner).length > 0 ? [[key, inner]] : [];
    }),
  );
}

/** @throws {HTTPException} 422 for an address of which a part is hidden. */
export function refuseHidden(value: unknown): void {
  if (typeof value === "string" && value.includes("***")) {
    throw problem(422, `'${value}' is an address of which a part is hidden: give the whole one.`);
  }
  if (typeof value === "object" && value !== null) Object.values(value).forEach(refuseHidden);
}

function isObject(value: unknown): value is Patch {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
