import { anonymousMb, memoryMb, processTree, role } from "./process_use.ts";
import { Service } from "./service.ts";

/** What is run. */
export interface SoakRunOptions {
  source: string;
  minutes: number;
  serveArguments: string[];
  /** Told of each sample as it is there. */
  onSample: (sample: SoakSample) => void;
}

/**
 * Megabytes (proportional set size) by process, and of all together under `all`; `anonymous` is what of
 * all is no file's and so does not change when other programs begin or end that use the same files.
 */
export interface SoakSample {
  /** Since the start. */
  seconds: number;
  mb: Record<string, number>;
}

const PERIOD_S = 10;
/** In minutes: growth is counted from the median of the first two to that of the last ones. */
const FROM = 2, TO = 4, LAST = 2;

/** Runs one camera and follows its memory. */
export async function soakRun(options: SoakRunOptions): Promise<SoakSample[]> {
  const service = await Service.start([`gate=${options.source}`, ...options.serveArguments]);
  const samples: SoakSample[] = [];
  const began = performance.now();
  try {
    for (let seconds = 0; seconds < options.minutes * 60;) {
      await new Promise((resolve) => setTimeout(resolve, PERIOD_S * 1000));
      seconds = (performance.now() - began) / 1000;
      const mb: Record<string, number> = { all: 0, anonymous: 0 };
      for (const pid of processTree(service.pid)) {
        const name = role(pid, service.pid), own = memoryMb(pid);
        mb[name] = (mb[name] ?? 0) + own;
        mb.all += own;
        mb.anonymous += anonymousMb(pid);
      }
      const sample = { seconds, mb };
      samples.push(sample);
      options.onSample(sample);
    }
  } finally {
    await service.stop();
  }
  return samples;
}

/**
 * Growth of each process: the median of minutes 2 to 4 and that of the last two; of a shorter run, of
 * its first and its last third.
 */
export function growth(samples: readonly SoakSample[]): Record<string, number> {
  const end = samples.at(-1)?.seconds ?? 0;
  const isShort = end < (TO + LAST) * 60;
  const early = samples.filter(({ seconds }) =>
    isShort ? seconds <= end / 3 : seconds > FROM * 60 && seconds <= TO * 60
  );
  const late = samples.filter(({ seconds }) => seconds > (isShort ? end * 2 / 3 : end - LAST * 60));
  const figures: Record<string, number> = {};
  for (const name of Object.keys(samples[0]?.mb ?? {})) {
    const [before, after] = [early, late].map((part) =>
      median(part.map(({ mb }) => mb[name] ?? 0))
    );
    figures[`${name} MB at first`] = before;
    figures[`${name} MB at last`] = after;
    figures[`${name} growth %`] = (after / before - 1) * 100;
  }
  return figures;
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] +
    sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}
