import { Hono } from "hono";
import type { CameraDirectory } from "../pipeline/status.ts";
import { problem } from "./errors.ts";

const TICK_MS = 1000;
/** What may wait unsent for one client. One that is slower misses ticks, never gets old ones. */
const MAX_WAITING_BYTES = 256 * 1024;
/** A client that has taken nothing for this many ticks has left without saying so. */
const MAX_MISSED_TICKS = 30;
const MAX_CLIENTS = 256;

interface Client {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  missedTicks: number;
}

/**
 * Sends the cameras' numbers to many clients once a second. They are collected and encoded once per
 * tick, however many clients there are, and not at all while there is none.
 */
export class EventBroadcast {
  readonly #cameras: CameraDirectory;
  readonly #clients = new Set<Client>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(cameras: CameraDirectory, signal?: AbortSignal) {
    this.#cameras = cameras;
    signal?.addEventListener("abort", () => this.#endAll(), { once: true });
  }

  /** Number of clients that are served now. */
  get clients(): number {
    return this.#clients.size;
  }

  /** A new client's body: the numbers of now at once, then those of each second. */
  connect(): ReadableStream<Uint8Array> {
    let client: Client;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        client = { controller, missedTicks: 0 };
        this.#clients.add(client);
        // A browser waits this long before it connects again.
        controller.enqueue(new TextEncoder().encode(`retry: ${TICK_MS}\n\n`));
        controller.enqueue(this.#message());
        this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
      },
      cancel: () => this.#drop(client),
    }, new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }));
  }

  #message(): Uint8Array {
    const statuses = this.#cameras.list().map((camera) => camera.status());
    return new TextEncoder().encode(`event: cameras\ndata: ${JSON.stringify(statuses)}\n\n`);
  }

  #tick(): void {
    const message = this.#message();
    for (const client of this.#clients) {
      if ((client.controller.desiredSize ?? 0) > 0) {
        client.missedTicks = 0;
        client.controller.enqueue(message);
      } else if (++client.missedTicks > MAX_MISSED_TICKS) {
        client.controller.error(new Error("The client does not read."));
        this.#drop(client);
      }
    }
  }

  #drop(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #endAll(): void {
    for (const client of [...this.#clients]) {
      client.controller.close();
      this.#drop(client);
    }
  }
}

/** `GET /api/events`: server-sent events named `cameras`, with what `/api/cameras` gives. */
export function eventRoutes(cameras: CameraDirectory, signal?: AbortSignal): Hono {
  const broadcast = new EventBroadcast(cameras, signal);
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
