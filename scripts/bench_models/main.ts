/**
 * How fast networks are: the article's two and ours, at each profile and precision, on each provider
 * that works here.
 *
 *   deno task bench:models [--runs 15] [--threads 1] [--provider NAME] [--json]
 *
 * Milliseconds are medians of one run of this program. The article's networks have no trained
 * weights, which changes nothing for their speed. `decoded ms` is ours with scores and boxes decoded
 * and overlaps removed in TypeScript, on a frame of the demo clip. The article runs five pictures of
 * 300x300 a frame: the last rows run five at once on two threads.
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { UsageError } from "../../src/config/errors.ts";
import { oneOf, parseFlags, wholeNumber } from "../../src/config/flags.ts";
import { PROVIDERS } from "../../src/config/schema.ts";
import { Detector } from "../../src/detect/detector.ts";
import { openModel } from "../../src/detect/models.ts";
import { openNetwork } from "../../src/detect/network.ts";
import { tryProvider } from "../../src/detect/providers.ts";
import { FfmpegProcess } from "../../src/frame/ffmpeg_process.ts";
import { parseAddress } from "../../src/source/address.ts";
import { ARTICLE_SIDE, mobileNetSsdLite, vggSsd } from "./article_networks.ts";
import { medianMs } from "./median_ms.ts";

/** Sizes of the detector's picture for a 16:9 camera, by profile. */
const SIZES: Record<string, [number, number]> = {
  512: [512, 288],
  640: [640, 352],
  960: [960, 544],
};
/** Pictures in one run: on a CPU the article's five, elsewhere those that a service makes runs of as well. */
const BATCHES = { cpu: [1, 5], gpu: [1, 2, 4, 5, 8] };
/** The multiple of 32 next to the article's 300. */
const TILE_SIDE = 320;

interface Row {
  network: string;
  precision: string;
  size: string;
  provider: string;
  batch: number;
  threads: number;
  ms: number;
  /** Pictures a second. */
  fps: number;
  /** With decoding and the removal of overlaps; only for one picture of ours. */
  decodedMs: number | null;
}

const { values, words } = parseFlags(Deno.args.filter((arg) => arg !== "--"), {
  runs: { type: "string" },
  threads: { type: "string" },
  provider: { type: "string" },
  json: { type: "boolean" },
});
if (words.length > 0) throw new UsageError(`'${words[0]}' is not a flag of this benchmark`);
const number = (flag: string, otherwise: number, most: number) =>
  values[flag] === undefined ? otherwise : wholeNumber(flag, String(values[flag]), 1, most);
const runs = number("runs", 15, 10_000), threads = number("threads", 1, 64);
const asked = oneOf("provider", values.provider as string | undefined, PROVIDERS);

const model = await openModel();
const article = [
  { network: "article MobileNetV2-SSD-lite", file: mobileNetSsdLite() },
  { network: "article VGG16-SSD", file: vggSsd() },
];
const rows: Row[] = [];

for (const provider of PROVIDERS.filter((each) => each !== "auto")) {
  if (asked !== undefined && asked !== "auto" && asked !== provider) continue;
  const reason = await tryProvider(provider, model.card, model.file);
  if (reason !== null) {
    console.error(`${provider}: ${reason}`);
    continue;
  }
  for (const batch of provider === "cpu" ? BATCHES.cpu : BATCHES.gpu) {
    for (const { network, file } of article) {
      await articleRow(network, file, provider, batch, threads);
    }
    for (const precision of Object.keys(model.card.files)) {
      for (const size of Object.values(SIZES)) {
        await ourRow(precision, size, provider, batch, threads);
      }
    }
  }
  if (provider !== "cpu") continue;
  await articleRow(article[0].network, article[0].file, provider, 5, 2);
  for (const precision of Object.keys(model.card.files)) {
    await ourRow(precision, [TILE_SIDE, TILE_SIDE], provider, 5, 2);
  }
}

if (values.json) console.log(JSON.stringify({ model: model.card.name, runs, rows }, null, 1));
else {
  console.log("(the article's networks: untrained weights)");
  console.log(
    "network                       precision  size     provider batch threads      ms  pictures/s  decoded ms",
  );
  for (const row of rows) console.log(line(row));
  for (
    const { network, precision, fps } of rows.filter(({ batch, threads }) =>
      batch === 5 && threads === 2
    )
  ) {
    console.log(
      `five pictures a frame, two threads, ${network} ${precision}: ${
        (fps / 5).toFixed(1)
      } frames/s`,
    );
  }
}

async function articleRow(
  network: string,
  file: Uint8Array,
  provider: string,
  batch: number,
  threads: number,
): Promise<void> {
  const session = await open(file, provider, threads);
  const shape = [batch, 3, ARTICLE_SIDE, ARTICLE_SIDE];
  const image = new Tensor(
    "float32",
    new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5),
    shape,
  );
  const ms = await medianMs(() => session.run({ image }), runs);
  await session.release();
  const size = `${ARTICLE_SIDE}x${ARTICLE_SIDE}`;
  add({ network, precision: "fp32", size, provider, batch, threads, ms, decodedMs: null });
}

async function ourRow(
  precision: string,
  [width, height]: [number, number],
  provider: string,
  batch: number,
  threads: number,
): Promise<void> {
  const file = model.file(precision);
  const { y, uv } = await demoFrame(width, height);
  const session = await open(file, provider, threads);
  const feeds = {
    y: new Tensor("uint8", repeated(y, batch), [batch, 1, height, width]),
    uv: new Tensor("uint8", repeated(uv, batch), [batch, 2, height / 2, width / 2]),
  };
  const ms = await medianMs(() => session.run(feeds), runs);
  await session.release();
  let decodedMs: number | null = null;
  if (batch === 1) {
    const network = await openNetwork({ file, provider, threads });
    const detector = new Detector(network, model.card);
    decodedMs = await medianMs(() => detector.detect(y, uv, width, height), runs);
    await network.release();
  }
  const size = `${width}x${height}`;
  add({ network: model.card.name, precision, size, provider, batch, threads, ms, decodedMs });
}

function add(row: Omit<Row, "fps">): void {
  rows.push({ ...row, fps: row.batch * 1000 / row.ms });
  // Progress for whoever waits: the whole takes minutes.
  console.error(line(rows.at(-1)!));
}

function open(
  file: Uint8Array | string,
  provider: string,
  threads: number,
): Promise<InferenceSession> {
  const options = {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  } as const;
  return typeof file === "string"
    ? InferenceSession.create(file, options)
    : InferenceSession.create(file, options);
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  const out = new Uint8Array(bytes.length * times);
  for (let i = 0; i < times; i++) out.set(bytes, i * bytes.length);
  return out;
}

/** A frame of the demo clip with cars and plates in it, stretched to the detector's picture. */
async function demoFrame(
  width: number,
  height: number,
): Promise<{ y: Uint8Array; uv: Uint8Array }> {
  const process = new FfmpegProcess("ffmpeg", [
    ...["-hide_banner", "-nostdin", "-v", "error", "-ss", "2.5", "-i", parseAddress("demo").input],
    ...["-vf", `scale=${width}:${height}`, "-frames:v", "1", "-pix_fmt", "yuv420p"],
    ...["-f", "rawvideo", "pipe:1"],
  ]);
  const bytes = new Uint8Array(await new Response(process.stdout).arrayBuffer());
  await process.ended();
  return { y: bytes.subarray(0, width * height), uv: bytes.subarray(width * height) };
}

function line(row: Row): string {
  const { network, precision, size, provider, batch, threads, ms, fps, decodedMs } = row;
  return `${network.padEnd(30)}${precision.padEnd(11)}${size.padEnd(9)}${provider.padEnd(9)}` +
    `${String(batch).padStart(5)}${String(threads).padStart(8)}${ms.toFixed(1).padStart(8)}` +
    `${fps.toFixed(1).padStart(12)}${(decodedMs?.toFixed(1) ?? "").padStart(12)}`;
}
