/**
 * What schedules of passes find of a camera's plates, and what they cost.
 *
 *   deno task passes --data DIR [--split NAME] [--long-side 1280] [--provider NAME]
 *     [--every 1] [--parallel 1] [--json]
 *
 * Takes the labelled pictures that `eval --data` takes, scales each to a longest side of `--long-side`
 * in memory, as a camera would give it, and looks at it with each schedule in turn,
 * `--parallel` pictures at a time. `--every N` takes a picture in N. With another side than 1280 the profiles change in proportion. Milliseconds are means of one run
 * of this program, network and decoding, and need a machine at rest and one picture at a time.
 */
import { UsageError } from "../../src/config/errors.ts";
import { oneOf, parseFlags, wholeNumber } from "../../src/config/flags.ts";
import { PROVIDERS } from "../../src/config/schema.ts";
import { openDetector } from "../../src/command/open_detector.ts";
import { judge } from "../../src/evaluate/detector/judge.ts";
import { readLabels } from "../../src/evaluate/detector/read_labels.ts";
import { inOrder } from "../../src/evaluate/in_order.ts";
import { runPasses, type Schedule } from "../../src/evaluate/passes/run_passes.ts";
import { readStill } from "../../src/source/still.ts";
import { Row } from "./row.ts";
import { asCamera } from "./as_camera.ts";

const CAMERA_SIDE = 1280;
const SOURCES = ["oi_plate", "oi_car_plate", "romania_dashcam"];
const IOU = 0.4;
const LOWEST_SCORE = 0.02;
const SCHEDULES: [Schedule, number][] = [
  ["whole", 512],
  ["whole", 640],
  ["whole", 960],
  ["tiles", 640],
  ["detail", 640],
];

const { values, words } = parseFlags(Deno.args.filter((arg) => arg !== "--"), {
  data: { type: "string" },
  split: { type: "string" },
  "long-side": { type: "string" },
  provider: { type: "string" },
  every: { type: "string" },
  parallel: { type: "string" },
  json: { type: "boolean" },
});
const text = (name: keyof typeof values) => values[name] as string | undefined;
if (words.length > 0) throw new UsageError(`'${words[0]}' is not a flag of this measurement`);
if (text("data") === undefined) throw new UsageError("Give --data DIR with labelled pictures");
const longSide = wholeNumber("long-side", text("long-side") ?? String(CAMERA_SIDE), 320, 7680);
const parallel = wholeNumber("parallel", text("parallel") ?? "1", 1, 64);
const every = wholeNumber("every", text("every") ?? "1", 1, 1000);
const scale = longSide / CAMERA_SIDE;

const { pictures } = await readLabels(text("data")!, text("split"));
const used = pictures.filter(({ source }) => SOURCES.includes(source))
  .filter((_, i) => i % every === 0);
if (used.length === 0) throw new UsageError(`There is no picture of ${SOURCES.join(", ")}`);
const open = await openDetector({
  provider: oneOf("provider", text("provider"), PROVIDERS) ?? "auto",
  profile: undefined,
  minScore: () => LOWEST_SCORE,
});
const { detector } = open;
const profiles = Object.fromEntries(
  Object.entries(open.card.profiles).map(([name, { longSide }]) => [
    name,
    { longSide: longSide * scale },
  ]),
);
const card = { ...open.card, profiles };
const rows = SCHEDULES.map(([schedule, side]) =>
  new Row(schedule, side * scale, open.card.recommendedScores.plate)
);
let done = 0;
const looked = inOrder(used, parallel, async (labelled) => {
  const { picture, labels } = asCamera(await readStill(labelled.file, longSide), labelled);
  for (const row of rows) {
    const options = { detector, card, longSide: row.longSide };
    const { found, inferenceMs } = await runPasses(row.schedule, picture, options);
    row.add(judge(labels, found, "plate", row.longSide / longSide, IOU), inferenceMs);
  }
});
for await (const _ of looked) {
  if (++done % 25 === 0) console.error(`${done} of ${used.length} pictures`);
}
await open.close();

const base = rows.find(({ schedule, longSide }) =>
  schedule === "whole" && longSide === 640 * scale
)!;
const results = rows.map((row) => row.result(base.meanMs));
if (values.json) console.log(JSON.stringify({ detector: open.name, longSide, results }, null, 1));
else {
  console.log(`${open.name.replace(/, profile.*/, "")}, ${used.length} pictures of ${longSide} px`);
  for (const row of rows) console.log(row.line(base.meanMs));
}
