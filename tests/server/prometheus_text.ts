import assert from "node:assert/strict";

/** One line of a metrics answer. */
export interface Sample {
  family: string;
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** A parsed metrics answer. */
export interface Metrics {
  types: Map<string, string>;
  samples: Sample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = String.raw`([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"`;

/**
 * Parses the Prometheus text format 0.0.4, strictly: what it does not know is an error, as are series
 * that come twice, families in pieces, and histograms that are not cumulative.
 */
export function parseMetrics(text: string): Metrics {
  assert.ok(text.endsWith("\n"), "the last line ends");
  const types = new Map<string, string>(), samples: Sample[] = [], seen = new Set<string>();
  let family = "", helped = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const help = new RegExp(`^# HELP (${NAME}) (.+)$`).exec(line);
    if (help) {
      helped = help[1];
      continue;
    }
    const type = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`).exec(line);
    if (type) {
      family = type[1];
      assert.equal(family, helped, "HELP stands before TYPE");
      assert.ok(!types.has(family), `${family} comes twice`);
      types.set(family, type[2]);
      continue;
    }
    const sample = new RegExp(
      String.raw`^(${NAME})(?:\{(${LABEL}(?:,${LABEL})*)\})? ([0-9.e+-]+)$`,
    ).exec(line);
    assert.ok(sample, `not a sample: ${line}`);
    const [name, inner] = [sample[1], sample[2] ?? ""];
    const value = Number(sample.at(-1));
    assert.ok(Number.isFinite(value), line);
    const suffixes = types.get(family) === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    assert.ok(suffixes.some((suffix) => name === family + suffix), `${name} is not in ${family}`);
    assert.ok(!seen.has(`${name}{${inner}}`), `${line} comes twice`);
    seen.add(`${name}{${inner}}`);
    const labels = Object.fromEntries(
      [...inner.matchAll(new RegExp(LABEL, "g"))].map(([, key, raw]) => [key, unescaped(raw)]),
    );
    samples.push({ family, name, labels, value });
  }
  for (const [name, type] of types) if (type === "histogram") checkHistogram(name, samples);
  return { types, samples };
}

function checkHistogram(family: string, samples: Sample[]): void {
  const series = Map.groupBy(
    samples.filter((each) => each.family === family),
    ({ labels: { le: _, ...rest } }) => JSON.stringify(rest),
  );
  for (const lines of series.values()) {
    const buckets = lines.filter(({ name }) => name.endsWith("_bucket"));
    const bounds = buckets.map(({ labels }) => Number(labels.le.replace("+Inf", "Infinity")));
    assert.equal(bounds.at(-1), Infinity);
    assert.deepEqual(bounds, bounds.toSorted((a, b) => a - b));
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(counts, counts.toSorted((a, b) => a - b), "buckets are cumulative");
    const count = lines.find(({ name }) => name.endsWith("_count"));
    assert.equal(count?.value, counts.at(-1));
    assert.ok(lines.some(({ name }) => name.endsWith("_sum")));
  }
}

function unescaped(text: string): string {
  return text.replace(/\\(["\\n])/g, (_, sign) => sign === "n" ? "\n" : sign);
}
