import { Hono } from "hono";
import type { CameraDirectory } from "../pipeline/status.ts";
import { problem } from "./errors.ts";
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
}

/**
 * Sends the cameras' numbers to many clients once a second. They are collected once per tick, and
 * encoded once per tick, however many clients there are.
 */
export class EventBroadcast {
  readonly #cameras: CameraDirectory;
  readonly #clients = new Set<Client>();
  readonly #past: Past;
  readonly #timer: ReturnType<typeof setInterval>;

  /**
   * @param signal ends the broadcast and all its streams
   * @param past is told the numbers of each second
   */
  constructor(cameras: CameraDirectory, signal?: AbortSignal, past = new Past()) {
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

  /** A new client's body: the last minutes and the numbers of now, then those of each second. */
  connect(): ReadableStream<Uint8Array> {
    let client: Client;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        client = { controller, missedTicks: 0 };
        this.#clients.add(client);
        // A browser waits as long as `retry` says before it connects again.
        controller.enqueue(encode(`retry: ${TICK_MS}\n\n`));
        controller.enqueue(message("history", this.#past.history.read(Date.now())));
        controller.enqueue(message("cameras", this.#statuses()));
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
      } else if (++client.missedTicks > MAX_MISSED_TICKS) {
        this.#clients.delete(client);
        client.controller.error(new Error("The client does not read."));
      }
    }
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
 * camera; then once a second one named `cameras`, with what `/api/cameras` gives.
 */
export function eventRoutes(cameras: CameraDirectory, past: Past, signal?: AbortSignal): Hono {
  const broadcast = new EventBroadcast(cameras, signal, past);
  const routes = new Hono();
  routes.get("/api/events", (c) => {
    const headers = {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // Asks nginx to pass each event on at once.
      "x-accel-buffering": "no",
    };
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    if (broadcast.clients >= MAX_CLIENTS) {
      throw problem(503, `There are ${MAX_CLIENTS} clients already, the most allowed.`, {
        retryAfterS: 5,
      });
    }
    return c.body(broadcast.connect(), 200, headers);
  });
  return routes;
}
