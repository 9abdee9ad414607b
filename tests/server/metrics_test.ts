import assert from "node:assert/strict";
import { addDuration } from "../../src/frame/histogram.ts";
import { noCounts } from "../../src/pipeline/counts.ts";
import { createApp } from "../../src/server/app.ts";
import { FakeCamera, FakeDirectory } from "./fakes.ts";
import { type Metrics, parseMetrics } from "./prometheus_text.ts";

async function metricsOf(...cameras: FakeCamera[]): Promise<Metrics> {
  const directory = new FakeDirectory(...cameras);
  const stop = new AbortController();
  try {
    const app = createApp({ cameras: directory, version: "1.2.3", signal: stop.signal });
    const response = await app.request("/metrics");
    assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    return parseMetrics(await response.text());
  } finally {
    stop.abort();
    await directory.close();
  }
}

function gate(): FakeCamera {
  const camera = new FakeCamera("gate");
  camera.counted = {
    ...noCounts(),
    frames: { captured: 100, checked: 97, encoded: 96 },
    dropped: { late: 3, encoder: 1 },
    covered: 2,
    detections: { car: 5, plate: 4 },
    connections: 3,
  };
  for (const ms of [4, 9.5, 9.5, 10, 700, 60_000]) addDuration(camera.counted.inference, ms);
  return camera;
}

Deno.test("metrics are valid Prometheus text, with and without cameras", async () => {
  const { types } = await metricsOf(gate(), new FakeCamera("yard", { state: "retrying" }));
  for (const [name, type] of types) {
    assert.match(name, /^bokashi_[a-z_]+$/);
    assert.equal(name.endsWith("_total"), type === "counter", name);
    if (type === "histogram") assert.match(name, /_seconds$/);
  }
  assert.deepEqual([...(await metricsOf()).types.keys()], [...types.keys()]);
});

Deno.test("metrics tell what has happened to each camera's pictures", async () => {
  const { samples } = await metricsOf(gate(), new FakeCamera("yard", { state: "retrying" }));
  const value = (name: string, labels: Record<string, string>) =>
    samples.find((each) =>
      each.name === name && JSON.stringify(each.labels) === JSON.stringify(labels)
    )?.value;
  const camera = "gate";
  assert.equal(value("bokashi_frames_total", { camera, stage: "captured" }), 100);
  assert.equal(value("bokashi_frames_total", { camera, stage: "checked" }), 97);
  assert.equal(value("bokashi_frames_dropped_total", { camera, reason: "late" }), 3);
  assert.equal(value("bokashi_frames_dropped_total", { camera, reason: "encoder" }), 1);
  assert.equal(value("bokashi_frames_covered_total", { camera }), 2);
  assert.equal(value("bokashi_detections_total", { camera, class: "plate" }), 4);
  assert.equal(value("bokashi_reconnects_total", { camera }), 2);
  assert.equal(value("bokashi_reconnects_total", { camera: "yard" }), 0);
  assert.equal(value("bokashi_source_up", { camera }), 1);
  assert.equal(value("bokashi_source_up", { camera: "yard" }), 0);
  assert.equal(value("bokashi_viewers", { camera, protocol: "webrtc" }), 1);
  const name = "bokashi_inference_duration_seconds";
  assert.equal(value(`${name}_bucket`, { camera, le: "0.01" }), 4);
  assert.equal(value(`${name}_bucket`, { camera, le: "0.005" }), 1);
  assert.equal(value(`${name}_bucket`, { camera, le: "5" }), 5);
  assert.equal(value(`${name}_count`, { camera }), 6);
  assert.equal(value(`${name}_sum`, { camera }), 60.733);
});

Deno.test("labels are escaped", async () => {
  const odd = 'a"b\\c\nd';
  const { samples } = await metricsOf(new FakeCamera("gate", { model: odd }));
  assert.equal(samples.find(({ name }) => name === "bokashi_camera_info")?.labels.model, odd);
});

Deno.test("every metric of the Grafana dashboard exists, with the labels that it shows", async () => {
  const text = await Deno.readTextFile(new URL("../../deploy/grafana.json", import.meta.url));
  const { samples } = await metricsOf(gate());
  const labels = Map.groupBy(samples, ({ name }) => name);
  let names = 0;
  for (const { targets } of JSON.parse(text).panels) {
    for (const { expr, legendFormat } of targets) {
      const used = expr.match(/\bbokashi_\w+/g);
      names += used.length;
      for (const name of used) assert.ok(labels.has(name), `${name} is not served`);
      const wanted = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label)
        .concat(/\bby \(([^)]*)\)/.exec(expr)?.[1].split(/,\s*/) ?? []);
      for (const label of wanted) {
        assert.ok(used.every((name: string) => label in labels.get(name)![0].labels), expr);
      }
    }
  }
  assert.ok(names > 10);
});

Deno.test("a camera that is only tried out has no series, and makes nothing ready", async () => {
  const trial = new FakeCamera("trial-0123abcd");
  const { samples } = await metricsOf(gate(), trial, new FakeCamera("trial-of-mine"));
  const names = new Set(samples.map(({ labels }) => labels.camera).filter(Boolean));
  assert.deepEqual([...names].sort(), ["gate", "trial-of-mine"]);
  const app = createApp({
    cameras: new FakeDirectory(new FakeCamera("trial-0123abcd")),
    version: "1",
    signal: AbortSignal.abort(),
  });
  assert.match(await (await app.request("/readyz")).text(), /no camera is configured/);
  assert.doesNotMatch(await (await app.request("/recordings")).text(), /trial-/);
});
