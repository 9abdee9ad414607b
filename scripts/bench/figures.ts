/** A figure over several runs: median, least and most. */
export interface Figure {
  median: number;
  least: number;
  most: number;
}

/** A report's figures by name, in the order of printing. */
export type Figures = Record<string, Figure>;

/** Gathers one number per run and name. */
export function figures(runs: readonly Record<string, number>[]): Figures {
  return Object.fromEntries(
    Object.keys(runs[0]).map((name) => {
      const sorted = runs.map((run) => run[name]).sort((a, b) => a - b);
      const middle = (sorted[Math.floor((sorted.length - 1) / 2)] +
        sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
      const [median, least, most] = [middle, sorted[0], sorted.at(-1)!].map(round);
      return [name, { median, least, most }];
    }),
  );
}

/** To three significant digits, or whole. */
function round(value: number): number {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return Number(value.toFixed(digits));
}

/** Figures as aligned lines, beside those of an earlier report if there is one. */
export function table(now: Figures, before?: Figures): string {
  const rows = Object.entries(now).map(([name, { median, least, most }]) => {
    const old = before?.[name]?.median;
    const change = old === undefined ? [] : [`was ${old}`, `x ${(median / old).toFixed(2)}`];
    return [name, String(median), `${least} - ${most}`, ...change];
  });
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)),
    [],
  );
  const pad = (cell: string, i: number) =>
    i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]);
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}
