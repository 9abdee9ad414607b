import type { CameraStatus } from "../../src/pipeline/status.ts";

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
    limitMs = 30_000,
  ): Promise<CameraStatus> {
    const end = performance.now() + limitMs;
    for (;;) {
      const status = await this.status(name);
      if (wanted(status)) return status;
      if (performance.now() > end) throw new Error(`Not in time: ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Waits until its log says this. */
  async said(text: string, limitMs = 30_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!this.stderr.includes(text)) {
      if (performance.now() > end) throw new Error(`Not in time: '${text}' in ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
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
