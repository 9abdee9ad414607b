import assert from "node:assert/strict";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { mobileNetSsdLite, vggSsd } from "../../scripts/bench_models/article_networks.ts";

async function outputs(file: Uint8Array, batch: number): Promise<readonly number[][]> {
  const session = await InferenceSession.create(file, { executionProviders: ["cpu"] });
  try {
    const image = new Tensor("float32", new Float32Array(batch * 3 * 300 * 300), [
      batch,
      3,
      300,
      300,
    ]);
    const values = Object.values(await session.run({ image }));
    for (const { data } of values) assert.ok((data as Float32Array).every(Number.isFinite));
    return values.map(({ dims }) => [...dims]);
  } finally {
    await session.release();
  }
}

Deno.test("MobileNetV2-SSD-lite has the article's maps and priors", async () => {
  const expected = [19, 10, 5, 3, 2, 1].flatMap((
    side,
  ) => [[2, 24, side, side], [2, 18, side, side]]);
  assert.deepEqual(await outputs(mobileNetSsdLite(), 2), expected);
});

Deno.test("VGG16-SSD has its paper's maps and 8,732 priors", async () => {
  const dims = await outputs(vggSsd(), 1);
  assert.deepEqual(dims.filter((_, i) => i % 2 === 0).map(([, , side]) => side), [
    38,
    19,
    10,
    5,
    3,
    1,
  ]);
  const priors = dims.filter((_, i) => i % 2 === 0)
    .reduce((sum, [, numbers, side]) => sum + numbers / 4 * side * side, 0);
  assert.equal(priors, 8732);
});
