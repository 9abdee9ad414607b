import assert from "node:assert/strict";
import { lowestScore } from "../../src/detect/detector.ts";
import { type ModelCard, readModelCard } from "../../src/detect/model_card.ts";
import { MODEL_CARD, openModel } from "../../src/detect/models.ts";
import { autoOrder, chooseProvider, precisionFor } from "../../src/detect/providers.ts";

const CARD: ModelCard = await readModelCard(MODEL_CARD);

async function withCard<T>(
  change: (card: Record<string, unknown>) => void,
  use: (url: URL) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const card = structuredClone(CARD) as unknown as Record<string, unknown>;
    card.files = { fp32: { file: "net.onnx", sha256: "", bytes: 4 } };
    change(card);
    const url = new URL(`file://${folder}/card.json`);
    await Deno.writeTextFile(url, JSON.stringify(card));
    await Deno.writeTextFile(new URL("net.onnx", url), "onnx");
    return await use(url);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the shipped model's card is valid, its files are whole and its profiles known", async () => {
  const model = await openModel();
  assert.deepEqual(model.card.classes, ["car", "plate"]);
  assert.ok(model.card.profiles[model.card.defaultProfile]);
  for (const label of model.card.classes) {
    assert.ok(model.card.recommendedScores[label] > 0 && model.card.nmsIoU[label] > 0, label);
  }
  for (const precision of Object.keys(model.card.files)) {
    const bytes = await Deno.readFile(model.file(precision));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    assert.equal(digest.toHex(), model.card.files[precision].sha256, precision);
  }
});

Deno.test("openModel takes a card whose files are there", () =>
  withCard(() => {}, async (url) => {
    const model = await openModel(url);
    assert.equal(await Deno.readTextFile(model.file("fp32")), "onnx");
  }));

Deno.test("openModel refuses a file that is missing or cut short, and tells the cure", async () => {
  await withCard(() => {}, async (url) => {
    await Deno.writeTextFile(new URL("net.onnx", url), "on");
    await assert.rejects(openModel(url), {
      name: "ModelError",
      message:
        "Model file 'models/net.onnx' has 2 bytes, not 4: restore it with 'git checkout models/net.onnx'",
    });
    await Deno.remove(new URL("net.onnx", url));
    await assert.rejects(openModel(url), {
      name: "ModelError",
      message: /'models\/net\.onnx' is missing/,
    });
  });
});

Deno.test("readModelCard explains a card that is missing or no JSON", async () => {
  await withCard(() => {}, async (url) => {
    await Deno.writeTextFile(url, "{");
    await assert.rejects(readModelCard(url), { name: "ModelError", message: /is not valid/ });
    await Deno.remove(url);
    await assert.rejects(readModelCard(url), {
      name: "ModelError",
      message: /card\.json' cannot be read: .*git checkout/,
    });
  });
});

const WRONG: [string, (card: Record<string, unknown>) => void, RegExp][] = [
  ["no classes", (card) => card.classes = [], /classes/],
  ["another input layout", (card) => card.input = { layout: "rgb", multipleOf: 32 }, /layout/],
  ["no priors", (card) => delete card.priors, /priors/],
  ["a score above 1", (card) => card.recommendedScores = { plate: 1.5 }, /recommendedScores/],
  [
    "a prior of no size",
    (card) => card.priors = { variances: [0.1, 0.2], levels: [{ stride: 8, sizes: [[0, 4]] }] },
    /sizes/,
  ],
  ["a variance of 0", (card) => card.priors = { variances: [0, 0.2], levels: [] }, /variances/],
  ["a profile without size", (card) => card.profiles = { "640": {} }, /longSide/],
  ["no default profile", (card) => delete card.defaultProfile, /defaultProfile/],
];

for (const [what, change, names] of WRONG) {
  Deno.test(`readModelCard refuses a card with ${what} and names the field`, () =>
    withCard(change, async (url) => {
      await assert.rejects(readModelCard(url), { name: "ModelError", message: names });
    }));
}

Deno.test("lowestScore is well below the least that starts a track, and above noise", () => {
  const lowest = lowestScore({ recommendedScores: { car: 0.4, plate: 0.3 } });
  assert.ok(lowest > 0.05 && lowest <= 0.15, `${lowest}`);
});

Deno.test("precisionFor takes what a provider runs best, among what there is", () => {
  const file = { file: "", sha256: "", bytes: 0 };
  const card = (...precisions: string[]) => ({
    files: Object.fromEntries(precisions.map((precision) => [precision, file])),
  });
  assert.equal(precisionFor("cpu", card("fp32", "int8", "fp16")), "int8");
  assert.equal(precisionFor("cpu", card("fp32")), "fp32");
  assert.equal(precisionFor("cuda", card("fp32", "int8", "fp16")), "fp16");
  assert.equal(precisionFor("webgpu", card("fp32", "int8", "fp16")), "fp32");
  assert.throws(() => precisionFor("webgpu", card("int8")), {
    name: "ModelError",
    message: /provider 'webgpu'/,
  });
});

Deno.test("autoOrder ends with the CPU and tries a GPU only where there is one", () => {
  assert.deepEqual(autoOrder("darwin", false), ["coreml", "webgpu", "cpu"]);
  assert.deepEqual(autoOrder("windows", false), ["dml", "webgpu", "cpu"]);
  assert.deepEqual(autoOrder("linux", false), ["cpu"]);
  const withGpu = autoOrder("linux", true);
  assert.equal(withGpu.at(-1), "cpu");
  assert.ok(withGpu.includes("cuda") && withGpu.includes("webgpu"));
});

Deno.test("chooseProvider takes the CPU when asked to", async () => {
  const model = await openModel();
  const precision = precisionFor("cpu", model.card);
  assert.deepEqual(await chooseProvider("cpu", model.card, model.file), {
    provider: "cpu",
    precision,
  });
});

Deno.test("chooseProvider refuses one that cannot work here instead of taking another", async () => {
  const model = await openModel();
  const impossible = Deno.build.os === "darwin" ? "dml" : "coreml";
  await assert.rejects(chooseProvider(impossible, model.card, model.file), (error: Error) => {
    assert.equal(error.name, "UsageError");
    assert.ok(error.message.startsWith(`Provider '${impossible}' cannot be used (${impossible}: `));
    assert.match(error.message, /use --provider cpu or auto$/);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
});

Deno.test("chooseProvider does not take a file that is no network", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "not a network");
  try {
    await assert.rejects(chooseProvider("cpu", CARD, () => file), {
      name: "UsageError",
      message: /^Provider 'cpu' cannot be used \(cpu: ./,
    });
  } finally {
    await Deno.remove(file);
  }
});
