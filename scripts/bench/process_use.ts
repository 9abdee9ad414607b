/** Kernel clock ticks per second, which Linux fixes at 100 for `/proc`. */
const TICKS_PER_SECOND = 100;

/** CPU time of a process so far, in milliseconds. */
export interface CpuTime {
  user: number;
  system: number;
}

/** CPU time of a process with all its threads, from `/proc` (Linux); null once it has ended. */
export function cpuTime(pid: number): CpuTime | null {
  return statTime(`/proc/${pid}/stat`);
}

/** CPU time of the threads of this process whose name begins so, in milliseconds. */
export function threadCpuMs(name: string): number {
  let sum = 0;
  for (const task of Deno.readDirSync(`/proc/${Deno.pid}/task`)) {
    const time = statTime(`/proc/${Deno.pid}/task/${task.name}/stat`, name);
    sum += time ? time.user + time.system : 0;
  }
  return sum;
}

function statTime(path: string, name = ""): CpuTime | null {
  try {
    const stat = Deno.readTextFileSync(path);
    if (!stat.includes(`(${name}`)) return null;
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ms = (field: string) => Number(field) * 1000 / TICKS_PER_SECOND;
    return { user: ms(fields[11]), system: ms(fields[12]) };
  } catch {
    return null;
  }
}

/**
 * Memory a process holds, in megabytes: its proportional set size, in which a page that several
 * processes share counts for each by its part. 0 once it has ended.
 */
export function memoryMb(pid: number): number {
  try {
    const rollup = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024 / 1e6;
  } catch {
    return 0;
  }
}

/** Memory of a process that is no file's, in megabytes. 0 once it has ended. */
export function anonymousMb(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const kB = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
    return (kB("RssAnon") + kB("RssShmem")) * 1024 / 1e6;
  } catch {
    return 0;
  }
}

/** A process and all below it. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      children.set(parent, [...children.get(parent) ?? [], Number(name)]);
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(below)];
  return below(root);
}

/** What a process of a service does. */
export function role(pid: number, service: number): string {
  if (pid === service) return "service";
  try {
    const command = Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
    if (command[0].endsWith("ffprobe")) return "ffprobe";
    return command.includes("pipe:0") ? "encoder" : "decoder";
  } catch {
    return "ended";
  }
}

/**
 * Follows processes that may end at any time: their CPU time as far as it was seen, and the most
 * memory they held together.
 */
export class ProcessWatch {
  readonly #first = new Map<number, CpuTime>();
  readonly #last = new Map<number, CpuTime>();
  readonly #timers: ReturnType<typeof setInterval>[];
  peakMb = 0;

  /** @param pids Gives the processes to watch, and may give more of them later. */
  constructor(private readonly pids: () => readonly number[]) {
    this.#sampleCpu();
    this.#timers = [
      setInterval(() => this.#sampleCpu(), 20),
      // Reading it walks the whole page table: too dear to do often.
      setInterval(() => this.#sampleMemory(), 500),
    ];
  }

  /** CPU milliseconds of one process since the watch began, or since it was started. */
  cpu(pid: number): CpuTime {
    const first = this.#first.get(pid), last = this.#last.get(pid);
    if (!first || !last) return { user: 0, system: 0 };
    return { user: last.user - first.user, system: last.system - first.system };
  }

  /** CPU milliseconds of all processes together. */
  total(): CpuTime {
    const sum = { user: 0, system: 0 };
    for (const pid of this.#last.keys()) {
      const { user, system } = this.cpu(pid);
      sum.user += user;
      sum.system += system;
    }
    return sum;
  }

  /** Takes a last look and ends the watch. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#sampleCpu();
    this.#sampleMemory();
  }

  #sampleCpu(): void {
    const isFirst = this.#last.size === 0;
    for (const pid of this.pids()) {
      const time = cpuTime(pid);
      if (!time) continue;
      // One that comes later is seen some time after its start: what it did before counts as well.
      if (!this.#first.has(pid)) this.#first.set(pid, isFirst ? time : { user: 0, system: 0 });
      this.#last.set(pid, time);
    }
  }

  #sampleMemory(): void {
    const sum = this.pids().reduce((all, pid) => all + memoryMb(pid), 0);
    this.peakMb = Math.max(this.peakMb, sum);
  }
}
