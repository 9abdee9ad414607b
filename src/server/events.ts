import { Hono } from "hono";
import type { CameraDirectory } from "../pipeline/status.ts";
import { cameraOr404, problem } from "./errors.ts";
import { LogTail } from "./log_tail.ts";
import { Past } from "./past.ts";

const TICK_MS = 1000;
/** What may wait unsent for one client. One that is slower misses ticks, never gets old ones. */
const MAX_WAITING_BYTES = 512 * 1024;
/** A client that has taken nothing for this many ticks has left without saying so. */
const MAX_MISSED_TICKS = 30;
const MAX_CLIENTS = 256;

interface Client {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  missedTicks: number;
  /** The camera whose log it follows, and the last line that it got. */
  readonly logOf: string | null;
  lastLine: number;
}

/**
 * Sends the cameras' numbers to many clients once a second. They are collected once per tick, and
 * encoded once per tick, however many clients there are.
 */
export class EventBroadcast {
  readonly #cameras: CameraDirectory;
  readonly #clients = new Set<Client>();
  readonly #past: Past;
  readonly #logTail: LogTail;
  readonly #timer: ReturnType<typeof setInterval>;

  /**
   * @param signal ends the broadcast and all its streams
   * @param past is told the numbers of each second
   * @param logTail what those clients get that follow a camera's log
   */
  constructor(
    cameras: CameraDirectory,
    signal?: AbortSignal,
    past = new Past(),
    logTail = new LogTail(),
  ) {
    this.#logTail = logTail;
    this.#cameras = cameras;
    this.#past = past;
    this.#timer = setInterval(() => this.tick(), TICK_MS);
    this.#timer.unref();
    signal?.addEventListener("abort", () => this.#end(), { once: true });
  }

  /** Number of clients that are served now. */
  get clients(): number {
    return this.#clients.size;
  }

  /**
   * A new client's body: the last minutes and the numbers of now, then those of each second.
   *
   * @param logOf a camera whose lines of the log are sent as well
   */
  connect(logOf: string | null = null): ReadableStream<Uint8Array> {
    let client: Client;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        client = { controller, missedTicks: 0, logOf, lastLine: 0 };
        this.#clients.add(client);
        // A browser waits as long as `retry` says before it connects again.
        controller.enqueue(encode(`retry: ${TICK_MS}\n\n`));
        controller.enqueue(message("history", this.#past.history.read(Date.now())));
        controller.enqueue(message("cameras", this.#statuses()));
        this.#sendLog(client);
      },
      cancel: () => void this.#clients.delete(client),
    }, new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }));
  }

  /** Records the numbers of now and sends them. Happens once a second by itself. */
  tick(): void {
    const statuses = this.#statuses();
    this.#past.record(statuses, Date.now());
    if (this.#clients.size === 0) return;
    const bytes = message("cameras", statuses);
    for (const client of this.#clients) {
      if ((client.controller.desiredSize ?? 0) > 0) {
        client.missedTicks = 0;
        client.controller.enqueue(bytes);
        this.#sendLog(client);
      } else if (++client.missedTicks > MAX_MISSED_TICKS) {
        this.#clients.delete(client);
        client.controller.error(new Error("The client does not read."));
      }
    }
  }

  /** Sends the lines that have come since the last time. */
  #sendLog(client: Client): void {
    if (client.logOf === null) return;
    const lines = this.#logTail.of(client.logOf, client.lastLine);
    if (lines.length === 0) return;
    client.lastLine = lines.at(-1)!.id;
    client.controller.enqueue(message("log", lines));
  }

  #statuses() {
    return this.#cameras.list().map((camera) => camera.status());
  }

  #end(): void {
    clearInterval(this.#timer);
    for (const { controller } of this.#clients) controller.close();
    this.#clients.clear();
  }
}

function message(event: string, data: unknown): Uint8Array {
  return encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * `GET /api/events`: server-sent events. One named `history` to begin with, the last minutes of each
 * camera; then once a second one named `cameras`, with what `/api/cameras` gives. With `?log=` and a
 * camera's name, for the role `admin`, also events named `log`: its last lines, and each second's new ones.
 */
export function eventRoutes(
  cameras: CameraDirectory,
  past: Past,
  logTail: LogTail,
  signal?: AbortSignal,
): Hono {
  const broadcast = new EventBroadcast(cameras, signal, past, logTail);
  const routes = new Hono();
  routes.get("/api/events", (c) => {
    const headers = {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // Asks nginx to pass each event on at once.
      "x-accel-buffering": "no",
    };
    const logOf = c.req.query("log") ?? null;
    if (logOf !== null) {
      // Lines may tell of other machines, such as the servers that a stream is pushed to.
      if (c.get("role") === "view") throw problem(403, "The log is for the role 'admin'.");
      cameraOr404(cameras, logOf);
    }
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    if (broadcast.clients >= MAX_CLIENTS) {
      throw problem(503, `There are ${MAX_CLIENTS} clients already, the most allowed.`, {
        retryAfterS: 5,
      });
    }
    return c.body(broadcast.connect(logOf), 200, headers);
  });
  return routes;
}
