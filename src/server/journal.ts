import type { CameraState, CameraStatus } from "../pipeline/status.ts";

/** Something that has happened to a camera. */
export interface JournalEntry {
  /** ISO 8601 time. */
  at: string;
  /**
   * What the source does now; `stalled` is a connected one that has sent nothing for seconds. Or what
   * became of the picture of a live source: `covered` as a whole, or `shown` again.
   */
  what: CameraState | "stalled" | "covered" | "shown";
  /** Why, secrets removed; null where there is nothing to say. */
  why: string | null;
}

const MOST_ENTRIES = 200;
const HOUR_MS = 3600_000;

/** What is remembered of one camera. */
class Diary {
  readonly entries: JournalEntry[] = [];
  reconnectsMs: number[] = [];
  stallsMs: number[] = [];
  #last: CameraStatus | null = null;
  #wasLive = false;

  record(status: CameraStatus, nowMs: number): void {
    const last = this.#last;
    this.#last = status;
    const { state, lastError, fps, guard } = status;
    if (state !== last?.state || (state === "retrying" && lastError !== last.lastError)) {
      const atMs = state === last?.state ? nowMs : Date.parse(status.since);
      this.#enter(atMs, state, state === "live" ? null : lastError);
      if (state === "live" && guard.state === "covered") this.#enter(atMs, "covered", lastError);
      if (state === "live" && this.#wasLive) this.reconnectsMs.push(nowMs);
      this.#wasLive ||= state === "live";
    } else if (state === "live" && last.guard.state !== guard.state) {
      if (guard.state === "covered") {
        this.#enter(Date.parse(guard.since), "covered", lastError);
      } else if (last.guard.state === "covered") {
        this.#enter(Date.parse(guard.since), "shown", null);
      }
    }
    if (state === "live" && last?.state === "live" && fps.camera === 0 && last.fps.camera > 0) {
      this.#enter(nowMs, "stalled", null);
      this.stallsMs.push(nowMs);
    }
    const recent = (ms: number) => ms > nowMs - HOUR_MS;
    this.reconnectsMs = this.reconnectsMs.filter(recent);
    this.stallsMs = this.stallsMs.filter(recent);
  }

  #enter(ms: number, what: JournalEntry["what"], why: string | null): void {
    this.entries.push({ at: new Date(ms).toISOString(), what, why });
    if (this.entries.length > MOST_ENTRIES) this.entries.shift();
  }
}

/** Notes what happens to the cameras, in memory. */
export class Journal {
  readonly #diaries = new Map<string, Diary>();

  /** Notes what differs from the last time. Cameras that are gone are forgotten. */
  record(statuses: readonly CameraStatus[], nowMs: number): void {
    const names = new Set(statuses.map(({ name }) => name));
    for (const name of this.#diaries.keys()) {
      if (!names.has(name)) this.#diaries.delete(name);
    }
    for (const status of statuses) {
      const diary = this.#diaries.get(status.name) ?? new Diary();
      this.#diaries.set(status.name, diary);
      diary.record(status, nowMs);
    }
  }

  /** The last 200 entries of a camera, the oldest first. */
  entries(name: string): readonly JournalEntry[] {
    return this.#diaries.get(name)?.entries ?? [];
  }

  /** How often in the last hour a camera was lost and came back, and how often it fell silent. */
  lastHour(name: string): { reconnects: number; stalls: number } {
    const diary = this.#diaries.get(name);
    return {
      reconnects: diary?.reconnectsMs.length ?? 0,
      stalls: diary?.stallsMs.length ?? 0,
    };
  }
}
