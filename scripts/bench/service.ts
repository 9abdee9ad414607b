import type { CameraStatus } from "../../src/pipeline/status.ts";

const ENTRY = new URL("../../scripts/bokashi", import.meta.url).pathname;

/** `bokashi serve` on a free port, as its user starts it. */
export class Service {
  readonly #child: Deno.ChildProcess;
  #url = "";

  private constructor(args: readonly string[]) {
    this.#child = new Deno.Command(ENTRY, {
      args: ["serve", "--port", "0", ...args],
      stdout: "null",
      stderr: "piped",
    }).spawn();
  }

  /** Starts it and waits until it listens. */
  static async start(args: readonly string[]): Promise<Service> {
    const service = new Service(args);
    service.#url = await service.#listening();
    return service;
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Where it listens, with a slash at the end. */
  get url(): string {
    return this.#url;
  }

  /** The numbers of all cameras. */
  async statuses(): Promise<CameraStatus[]> {
    return await (await fetch(`${this.url}api/cameras`)).json();
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
  }

  /** Reads what it says until it listens, and goes on reading so that it never waits. */
  #listening(): Promise<string> {
    return new Promise((resolve, reject) => {
      (async () => {
        let said = "";
        for await (const chunk of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
          said += chunk;
          const url = /watch at (http:\S+)/.exec(said)?.[1];
          if (url) resolve(url);
        }
        reject(new Error(`The service ended before it listened: ${said}`));
      })();
    });
  }
}
