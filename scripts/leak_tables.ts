/**
 * Measures the leak rate on the demo clip and on virtual camera clips, and writes the tables of
 * docs/privacy.md.
 *
 *     deno task leak-tables --clips FOLDER     clips and truths made by `deno task virtual-clips`
 */
import { parseFlags } from "../src/config/flags.ts";
import { LEAK_REASONS, type LeakReason } from "../src/evaluate/leaks/judge.ts";
import type { LeakFigures } from "../src/evaluate/leaks/leak_figures.ts";
import type { ObjectCounts } from "../src/evaluate/leaks/object_counts.ts";
import { REASON_WORDS } from "../src/evaluate/leaks/report.ts";

interface Result {
  detector: string;
  lookAhead: number;
  total: LeakFigures & { frameByFrame: LeakFigures; objects: ObjectCounts };
  clips: unknown[];
  byLookAhead: (LeakFigures & { lookAhead: number; latencyMs: number })[];
}

const PAGE = new URL("../docs/privacy.md", import.meta.url);
const BEGIN = "<!-- leak tables: written by 'deno task leak-tables' -->";
const END = "<!-- end of the leak tables -->";

if (import.meta.main) await main();

async function main(): Promise<void> {
  const { values } = parseFlags(Deno.args.filter((arg) => arg !== "--"), {
    clips: { type: "string" },
  });
  if (values.clips === undefined) throw new Error("Give --clips FOLDER");
  const folder = String(values.clips);
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
    .filter((name) => name.endsWith(".mp4")).sort();
  const demo = await evaluate(["demo"]);
  const virtual = await evaluate(names.map((name) => `${folder}/${name}`));
  const page = await Deno.readTextFile(PAGE);
  const [before] = page.split(BEGIN), after = page.split(END)[1];
  if (after === undefined) throw new Error(`docs/privacy.md lacks '${BEGIN}' and '${END}'`);
  await Deno.writeTextFile(PAGE, `${before}${BEGIN}\n\n${tables(demo, virtual)}\n${END}${after}`);
}

async function evaluate(clips: string[]): Promise<Result> {
  const entry = new URL("bokashi", import.meta.url).pathname;
  const args = ["eval", ...clips.flatMap((clip) => ["--video", clip]), "--by-look-ahead", "--json"];
  const { success, stdout } = await new Deno.Command(entry, { args, stderr: "inherit" }).output();
  if (!success) throw new Error("bokashi eval failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

function tables(demo: Result, virtual: Result): string {
  const both = [demo, virtual];
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  const heads = ["demo clip", `${virtual.clips.length} virtual clips`];
  const rates = both.map(({ total }) =>
    total.leaks === 0 ? "none" : `${(total.frameByFrame.leaks / total.leaks).toFixed(1)} times`
  );
  const figures = (name: string, of: (result: Result) => LeakFigures) =>
    both.map((result, i) => {
      const f = of(result);
      return [
        heads[i],
        name,
        `${f.leaks} of ${f.labelled}`,
        percent(f.leakRate),
        f.longestLeak,
        percent(f.overBlur),
        f.flicker.toFixed(2),
      ];
    });
  const reasons = (of: (result: Result) => LeakFigures, name: string) =>
    both.map((result, i) => [
      heads[i],
      name,
      ...LEAK_REASONS.map((reason: LeakReason) => of(result).byReason[reason]),
    ]);
  const counts = ({ total }: Result, label: keyof ObjectCounts) => {
    const { counted, real } = total.objects[label];
    return [counted, real ?? "not known"];
  };
  const ours = `look-ahead ${demo.lookAhead}`, plain = "frame by frame";
  return [
    `Measured with ${demo.detector}.\n`,
    table(
      ["clips", "how", "bare", "leak rate", "longest, frames", "over-blur", "flicker, 1/s"],
      [
        ...figures(ours, ({ total }) => total),
        ...figures(plain, ({ total }) => total.frameByFrame),
      ],
    ),
    `Frame by frame (the same detector, no tracks, no look-ahead, no margin) leaves this many times as ` +
    `many bare: ${heads.map((head, i) => `${head} ${rates[i]}`).join(", ")}.\n`,
    "By look-ahead, with its price in delay at 30 fps:\n",
    table(
      ["L", "delay", ...heads.flatMap((head) => [`${head}, leak rate`, "longest", "over-blur"])],
      demo.byLookAhead.map((row, i) => [
        row.lookAhead,
        `${row.latencyMs} ms`,
        ...[row, virtual.byLookAhead[i]].flatMap((f) => [
          `${percent(f.leakRate)} (${f.leaks})`,
          f.longestLeak,
          percent(f.overBlur),
        ]),
      ]),
    ),
    "Why plates were bare:\n",
    table(["clips", "how", ...LEAK_REASONS.map((reason) => REASON_WORDS[reason])], [
      ...reasons(({ total }) => total, ours),
      ...reasons(({ total }) => total.frameByFrame, plain),
    ]),
    "Things counted (as a camera's page shows them), and things that are there:\n",
    table(
      ["clips", "plates counted", "there", "cars counted", "there"],
      both.map((result, i) => [heads[i], ...counts(result, "plate"), ...counts(result, "car")]),
    ),
    "By plate width:\n",
    table(
      ["clips", "below 16 px (not counted)", ...widths(demo).map(([name]) => name)],
      both.map((result, i) => {
        const { small } = result.total.apart;
        return [
          heads[i],
          `${small.leaks} of ${small.labelled}`,
          ...widths(result).map(([, counts]) => counts),
        ];
      }),
    ),
  ].join("\n");
}

function widths({ total }: Result): [string, string][] {
  return total.byWidth.map(({ fromPx, toPx, leaks, labelled }) => [
    toPx === null ? `from ${fromPx} px` : `${fromPx}-${toPx} px`,
    `${leaks} of ${labelled}`,
  ]);
}

function table(heads: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(" | ")} |\n`;
  return line(heads) + line(heads.map(() => "---")) + rows.map(line).join("");
}
