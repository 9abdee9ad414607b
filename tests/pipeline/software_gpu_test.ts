/** The GPU's way through the whole pipeline, on Chromium's software Vulkan device. */
import assert from "node:assert/strict";
import type { Detection } from "../../src/detect/detection.ts";
import { iou } from "../../src/frame/rect.ts";
import { bokashi } from "../e2e/service.ts";

const ICD = "/usr/lib/chromium/vk_swiftshader_icd.json";
const SCRIPT = new URL("software_gpu_run.ts", import.meta.url).pathname;
const here = await Deno.stat(ICD).then(() => true, () => false);
if (!here) console.log(`skipped: WebGPU on a software GPU: no ${ICD} (Debian's chromium)`);

interface Run {
  covered: number;
  frames: {
    label: string;
    score: number;
    rect: { x: number; y: number; width: number; height: number };
  }[][];
  /** What is in four pictures that were asked about at once, and the number of runs that it took. */
  pictures: Detection[][];
  runs: number;
}

async function run(provider: string, clip: string): Promise<Run> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--frozen", "-A", SCRIPT, provider, clip],
    env: { VK_ICD_FILENAMES: ICD },
  }).output();
  const words = new TextDecoder().decode(stderr);
  assert.equal(code, 0, `${provider} ended with ${code}: ${words}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name:
    "WebGPU masks what the CPU masks, with several pictures in a run too, and ends cleanly in the middle of a run",
  ignore: !here,
  async fn() {
    const clip = await Deno.makeTempFile({ suffix: ".mp4" });
    try {
      const demo = new URL("../../scripts/demo/demo.mp4", import.meta.url).pathname;
      const { success } = await new Deno.Command("ffmpeg", {
        args: [
          ...["-v", "error", "-y", "-ss", "4", "-i", demo, "-frames:v", "2"],
          ...["-vf", "crop=512:288:384:300", "-c:v", "libx264", "-qp", "10", clip],
        ],
      }).output();
      assert.ok(success);
      const [gpu, cpu] = [await run("webgpu", clip), await run("cpu", clip)];
      assert.equal(gpu.covered, 0);
      assert.equal(gpu.frames.length, 2);
      assert.ok(cpu.frames.flat().length > 0, "nothing to compare");
      gpu.frames.forEach((masks, i) => {
        assert.deepEqual(masks.map(({ label }) => label), cpu.frames[i].map(({ label }) => label));
        masks.forEach(({ score, rect }, j) => {
          const other = cpu.frames[i][j];
          assert.ok(Math.abs(score - other.score) < 0.005, `${score}, ${other.score} on the CPU`);
          for (const side of ["x", "y", "width", "height"] as const) {
            assert.ok(Math.abs(rect[side] - other.rect[side]) <= 2, `${side} in frame ${i}`);
          }
        });
      });
      assert.ok(gpu.runs < 4 && cpu.runs < 4, `${gpu.runs} and ${cpu.runs} runs for four pictures`);
      assert.ok(cpu.pictures.every((each) => each.length > 0), "nothing to compare");
      assert.notDeepEqual(cpu.pictures[0], cpu.pictures[3]);
      gpu.pictures.forEach((found, i) => {
        assert.deepEqual(
          found.map(({ label }) => label),
          cpu.pictures[i].map(({ label }) => label),
        );
        found.forEach(({ score, box }, j) => {
          const other = cpu.pictures[i][j];
          assert.ok(Math.abs(score - other.score) < 0.005, `${score}, ${other.score} on the CPU`);
          assert.ok(iou(box, other.box) > 0.98, `picture ${i}`);
        });
      });
    } finally {
      await Deno.remove(clip);
    }
  },
});

Deno.test({
  name: "doctor finds WebGPU's numbers to be the CPU's",
  ignore: !here,
  async fn() {
    const { stdout } = await bokashi(["doctor"], { env: { VK_ICD_FILENAMES: ICD } });
    assert.match(stdout, /ok.*provider +webgpu: ran the \w+ network once/);
  },
});
