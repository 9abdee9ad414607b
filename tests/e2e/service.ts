import type { CameraStatus } from "../../src/pipeline/status.ts";
import { PATIENCE_MS, until } from "../wait.ts";

const ENTRY = new URL("../../scripts/bokashi", import.meta.url).pathname;

/** What a finished command left. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `scripts/bokashi` as a user would, to its end. */
export async function bokashi(
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(ENTRY, { args, ...options }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** Lines of a service's log that a failure tells. */
const TOLD_LINES = 30;
const LOG_ENDS = "Its log ends:";

/** A `bokashi serve` that runs on a free port. */
export class Service {
  url = "";
  stderr = "";
  readonly #headers: HeadersInit;
  readonly #child: Deno.ChildProcess;
  readonly #drained: Promise<void>;
  #listening: () => void = () => {};
  readonly ready = new Promise<void>((resolve) => this.#listening = resolve);

  constructor(args: string[], env: Record<string, string> = {}) {
    const token = env.BOKASHI_TOKEN;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#child = new Deno.Command(ENTRY, {
      args: ["serve", ...args, "--port", "0"],
      env,
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#drained = this.#read();
  }

  /** Waits until it listens. */
  async listening(): Promise<this> {
    const ended = this.#child.status.then(async () => {
      await this.#drained;
      throw new Error(`It ended before it listened: ${this.stderr}`);
    });
    ended.catch(() => {});
    await Promise.race([this.ready, ended]);
    return this;
  }

  /** One camera's status. */
  async status(name: string): Promise<CameraStatus> {
    return await (await fetch(`${this.url}api/cameras/${name}`, { headers: this.#headers })).json();
  }

  /** Waits until a camera's status is as wanted. */
  async until(
    name: string,
    wanted: (status: CameraStatus) => boolean,
    limitMs = PATIENCE_MS,
  ): Promise<CameraStatus> {
    return await until(`status of '${name}': ${wanted}`, () => this.status(name), wanted, {
      everyMs: 100,
      limitMs,
      about: () => this.#lastLines(),
    });
  }

  /** Waits until its log says this. */
  async said(text: string): Promise<void> {
    await until(`'${text}' in the log`, () => this.stderr.includes(text), Boolean, {
      about: () => this.#lastLines(),
    });
  }

  /** Waits until a camera's HLS stream can be played. Gives the address of its playlist. */
  async playlist(name: string): Promise<string> {
    const url = `${this.url}cameras/${name}/hls/index.m3u8`;
    await (await this.answers(url)).body?.cancel();
    return url;
  }

  /** Waits until something is answered with 200; gives that answer. */
  async answers(url: string): Promise<Response> {
    let answer!: Response;
    await until(
      `200 from ${url}`,
      async () => {
        answer = await fetch(url, { headers: this.#headers });
        if (answer.status === 200) return "200";
        return `${answer.status}: ${await answer.text()}`;
      },
      (status) => status === "200",
      { everyMs: 200, about: () => this.#lastLines() },
    );
    return answer;
  }

  /** An error of a test with what the service said last, for who cannot look at it. */
  explained(error: unknown): Error {
    const words = error instanceof Error ? error.message : String(error);
    if (words.includes(LOG_ENDS)) return error as Error;
    return new Error(`${words}. ${this.#lastLines()}`, { cause: error });
  }

  #lastLines(): string {
    return `${LOG_ENDS}\n${this.stderr.trimEnd().split("\n").slice(-TOLD_LINES).join("\n")}`;
  }

  /** Sends its process a signal. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Process ids of the ffmpeg processes it runs. */
  async ffmpegs(): Promise<number[]> {
    const { stdout } = await new Deno.Command("pgrep", {
      args: ["-P", String(this.#child.pid), "ffmpeg"],
    }).output();
    return new TextDecoder().decode(stdout).split("\n").filter(Boolean).map(Number);
  }

  /** Sends a signal and waits for the end. Gives exit code and milliseconds. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<{ code: number; ms: number }> {
    const began = performance.now();
    this.#child.kill(signal);
    const { code } = await this.#child.status;
    await this.#drained;
    return { code, ms: performance.now() - began };
  }

  async #read(): Promise<void> {
    for await (const chunk of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.stderr += chunk;
      const url = /watch at (http:\S+)/.exec(this.stderr)?.[1];
      if (url) {
        this.url = url;
        this.#listening();
      }
    }
  }
}

/** Whether a process is still there. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await new Deno.Command("kill", { args: ["-0", String(pid)], stderr: "null" }).output())
    .success;
}
