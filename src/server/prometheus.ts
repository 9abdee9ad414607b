import { BUCKETS_S, type HistogramCounts } from "../frame/histogram.ts";

/** Labels of one series. Values must be few: no addresses, no viewers, no tracks. */
export type Labels = Record<string, string>;

/**
 * Writes metrics in the Prometheus text format, version 0.0.4: each family once, all its series
 * together.
 *
 * @example
 * ```ts
 * const text = new PrometheusText();
 * text.family("bokashi_source_up", "gauge", "Whether pictures come.");
 * text.sample({ camera: "gate" }, 1);
 * text.toString();
 * ```
 */
export class PrometheusText {
  #text = "";
  #family = "";

  /** Begins a family; samples that follow belong to it. */
  family(name: string, type: "counter" | "gauge" | "histogram", help: string): void {
    this.#family = name;
    this.#text += `# HELP ${name} ${help.replace(/[\\\n]/g, escaped)}\n# TYPE ${name} ${type}\n`;
  }

  /** Adds one series of the family. */
  sample(labels: Labels, value: number): void {
    this.#line(this.#family, labels, value);
  }

  /** Adds one histogram of the family, with cumulative buckets in seconds. */
  histogram(labels: Labels, { buckets, sumS }: HistogramCounts): void {
    let count = 0;
    buckets.forEach((own, i) => {
      count += own;
      const le = i < BUCKETS_S.length ? String(BUCKETS_S[i]) : "+Inf";
      this.#line(`${this.#family}_bucket`, { ...labels, le }, count);
    });
    this.#line(`${this.#family}_sum`, labels, sumS);
    this.#line(`${this.#family}_count`, labels, count);
  }

  toString(): string {
    return this.#text;
  }

  #line(name: string, labels: Labels, value: number): void {
    const inner = Object.entries(labels)
      .map(([key, text]) => `${key}="${text.replace(/[\\"\n]/g, escaped)}"`).join(",");
    this.#text += `${name}${inner ? `{${inner}}` : ""} ${value}\n`;
  }
}

function escaped(sign: string): string {
  return sign === "\n" ? "\\n" : `\\${sign}`;
}
