import { Hono } from "hono";
import type { CameraCounts } from "../pipeline/counts.ts";
import type { CameraDirectory } from "../pipeline/status.ts";
import { PrometheusText } from "./prometheus.ts";
import { isTrial } from "./trials.ts";

const STARTED_S = Date.now() / 1000;

/** What happens to a picture, by the label `stage`, in this order. */
const STAGES = ["captured", "checked", "encoded"] as const;
const REASONS = ["late", "encoder"] as const;
const CLASSES = ["plate", "car"] as const;

/**
 * `GET /metrics`: the service's numbers for Prometheus. Labels are cameras, stages, classes and
 * protocols, so the number of series grows with the cameras alone.
 *
 * @param failedLogins how many wrong tokens have come since the start
 */
export function metricsRoutes(
  cameras: CameraDirectory,
  version: string,
  failedLogins: () => number,
): Hono {
  const routes = new Hono();
  routes.get("/metrics", (c) => {
    c.header("content-type", "text/plain; version=0.0.4; charset=utf-8");
    c.header("cache-control", "no-store");
    return c.body(metrics(cameras, version, failedLogins()));
  });
  return routes;
}

function metrics(directory: CameraDirectory, version: string, failedLogins: number): string {
  // What is tried out for a minute has another name each time: its series would never end.
  const cameras = directory.list().filter(({ name }) => !isTrial(name)).map((each) => ({
    camera: each.name,
    status: each.status(),
    counts: each.counts(),
    skipped: each.outputs.whep.skipped,
  }));
  const text = new PrometheusText();
  const counter = <Label extends string>(
    name: string,
    help: string,
    label: string,
    values: readonly Label[],
    read: (counts: CameraCounts, value: Label) => number,
  ) => {
    text.family(name, "counter", help);
    for (const { camera, counts } of cameras) {
      for (const value of values) text.sample({ camera, [label]: value }, read(counts, value));
    }
  };
  counter(
    "bokashi_frames_total",
    "Pictures captured from the source, checked by the detector, and encoded.",
    "stage",
    STAGES,
    ({ frames }, stage) => frames[stage],
  );
  counter(
    "bokashi_frames_dropped_total",
    "Pictures that did not leave: late, before they were checked; encoder, as none could run.",
    "reason",
    REASONS,
    ({ dropped }, reason) => dropped[reason],
  );
  text.family("bokashi_frames_covered_total", "counter", "Pictures that left wholly covered.");
  for (const { camera, counts } of cameras) text.sample({ camera }, counts.covered);
  counter(
    "bokashi_detections_total",
    "Distinct objects; one that comes back within 3 s where it is expected is not counted again.",
    "class",
    CLASSES,
    ({ detections }, name) => detections[name],
  );
  text.family("bokashi_reconnects_total", "counter", "Times that a lost source came back.");
  for (const { camera, counts } of cameras) {
    text.sample({ camera }, Math.max(0, counts.connections - 1));
  }
  text.family(
    "bokashi_inference_duration_seconds",
    "histogram",
    "One run of the network, decoding of its output included.",
  );
  for (const { camera, counts } of cameras) text.histogram({ camera }, counts.inference);
  text.family(
    "bokashi_end_to_end_latency_seconds",
    "histogram",
    "From a picture's arrival to its masked and encoded form.",
  );
  for (const { camera, counts } of cameras) text.histogram({ camera }, counts.endToEnd);
  text.family("bokashi_source_up", "gauge", "Whether the source sends pictures.");
  for (const { camera, status } of cameras) text.sample({ camera }, flag(status.state === "live"));
  text.family(
    "bokashi_source_delay_seconds",
    "gauge",
    "How much later the source's newest picture came than its quickest.",
  );
  for (const { camera, status } of cameras) text.sample({ camera }, status.sourceDelayMs / 1000);
  text.family("bokashi_viewers", "gauge", "Viewers now.");
  for (const { camera, status } of cameras) {
    for (const [protocol, count] of Object.entries(status.viewers)) {
      text.sample({ camera, protocol }, count);
    }
  }
  text.family(
    "bokashi_viewer_pictures_skipped_total",
    "counter",
    "Pictures that WebRTC viewers did not get as there was no time to send them, each counted for each viewer.",
  );
  for (const { camera, skipped } of cameras) text.sample({ camera }, skipped);
  text.family("bokashi_camera_info", "gauge", "What really runs for a camera; always 1.");
  for (const { camera, status: { provider, model, profile, decoder, encoder } } of cameras) {
    text.sample({
      camera,
      provider: provider ?? "",
      model: model ?? "",
      profile: profile ?? "",
      decoder: decoder ?? "",
      encoder: encoder ?? "",
    }, 1);
  }
  text.family("bokashi_detector_up", "gauge", "Whether an inference Worker is ready.");
  text.sample({}, flag(directory.detectorProblem() === null));
  text.family("bokashi_failed_logins_total", "counter", "Wrong tokens.");
  text.sample({}, failedLogins);
  text.family("bokashi_build_info", "gauge", "The program's version; always 1.");
  text.sample({ version, deno: Deno.version.deno }, 1);
  text.family("bokashi_start_time_seconds", "gauge", "When the service began, since 1970.");
  text.sample({}, STARTED_S);
  text.family(
    "bokashi_resident_memory_bytes",
    "gauge",
    "Memory of this process, without ffmpeg's.",
  );
  text.sample({}, Deno.memoryUsage().rss);
  return text.toString();
}

function flag(value: boolean): number {
  return value ? 1 : 0;
}
