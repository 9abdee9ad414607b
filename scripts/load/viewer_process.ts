import type { Totals } from "./totals.ts";

const PROGRAM = new URL("viewers.ts", import.meta.url).pathname;

/** A process with some viewers, see `viewers.ts`. */
export class ViewerProcess {
  readonly #child: Deno.ChildProcess;
  readonly kind: "whep" | "hls";
  #totals: Totals | null = null;
  #ages: number[] = [];

  private constructor(kind: "whep" | "hls", args: readonly string[]) {
    this.kind = kind;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", PROGRAM, kind, ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
  }

  /** Starts it and waits until its viewers are connected. */
  static async start(
    kind: "whep" | "hls",
    count: number,
    first: number,
    camera: string,
  ): Promise<ViewerProcess> {
    const viewers = new ViewerProcess(kind, [String(count), String(first), camera]);
    await new Promise<void>((resolve, reject) => viewers.#read(resolve).then(reject, reject));
    return viewers;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** What they had received a second ago at most, if the machine lets them tell. */
  get totals(): Totals {
    return this.#totals!;
  }

  /** See {@linkcode Totals.ages}: all since the last call. */
  takeAges(): readonly number[] {
    const ages = this.#ages;
    this.#ages = [];
    return ages;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    await this.#child.stdin.close().catch(() => {});
    await this.#child.status;
  }

  async #read(onFirst: () => void): Promise<void> {
    let text = "";
    for await (const chunk of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (text + chunk).split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        this.#totals = JSON.parse(line);
        this.#ages.push(...this.#totals!.ages);
      }
      if (this.#totals) onFirst();
    }
    throw new Error("The viewers' program ended.");
  }
}
