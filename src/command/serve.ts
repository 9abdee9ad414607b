import type { Hono } from "hono";
import { UsageError } from "../config/errors.ts";
import { redact } from "../config/redact.ts";
import type { CameraConfig } from "../config/schema.ts";
import { sharedOutputs } from "../deliver/outputs.ts";
import { openModel } from "../detect/models.ts";
import { InferencePool } from "../detect/pool.ts";
import { chooseProvider } from "../detect/providers.ts";
import { ENCODER_PRESETS } from "../encode/encoder_presets.ts";
import type { CameraSettings } from "../pipeline/camera_protocol.ts";
import { Cameras } from "../pipeline/cameras.ts";
import { createApp } from "../server/app.ts";
import { LogTail } from "../server/log_tail.ts";
import { parseAddress, type SourceAddress } from "../source/address.ts";
import { probe } from "../source/probe.ts";
import { SourceError } from "../source/source_error.ts";
import { chooseCodecs } from "./codecs.ts";
import { listen, type Listener } from "./listen.ts";
import { configureLog, log, onLogLine } from "./log.ts";
import { reloadOnChange } from "./reload.ts";
import { serveOptions } from "./serve_options.ts";
import { stopSignal } from "./stop_signal.ts";
import { VERSION } from "./version.ts";

/** Runs the service until it is told to stop. Gives the exit code. */
export async function serve(args: readonly string[]): Promise<number> {
  const options = await serveOptions(args);
  const { store } = options;
  configureLog(store.config.log);
  const logTail = new LogTail();
  onLogLine((level, message, camera) => logTail.add(level, message, camera));
  const config = store.config, cameras = store.cameras();
  const stop = stopSignal();
  await Promise.all(cameras.filter(({ enabled }) => enabled).map(checkFile));

  const model = await openModel();
  const profileName = config.detector.profile ?? model.card.defaultProfile;
  const profile = model.card.profiles[profileName];
  if (!profile) {
    const known = Object.keys(model.card.profiles).join(", ");
    throw new UsageError(`There is no profile '${profileName}': use one of ${known}`);
  }
  const { provider, precision } = await chooseProvider(
    config.detector.provider,
    model.card,
    model.file,
  );
  const { decoder, encoder } = await chooseCodecs(config.video);
  const cores = navigator.hardwareConcurrency;
  const { workers } = config.detector;
  const most = provider === "cpu" ? Math.max(1, Math.min(4, cores)) : 1;
  const pool = new InferencePool({
    card: model.url,
    file: model.file(precision),
    provider,
    // A GPU runs one thing at a time; on a CPU each network has a core.
    workers: workers ?? Math.max(1, Math.min(most, cameras.length)),
    mostWorkers: workers ?? most,
    leastWorkers: workers ?? 1,
    onGrown: (now) =>
      log("info", `the detector has no time left: ${now} networks run side by side`),
    onShrunk: (now) =>
      log("info", `the detector has had time to spare: one network is ended, ${now} left`),
    threads: 1,
    batch: config.detector.batch,
  });
  const settings = (camera: CameraConfig): CameraSettings => ({
    camera,
    longSide: profile.longSide,
    longSides: Object.values(model.card.profiles).map(({ longSide }) => longSide),
    startScores: model.card.recommendedScores,
    decoderThreads: 1,
    encoderThreads: cores >= 4 ? 2 : 1,
    decoder,
    encoder,
  });
  const running = new Cameras(
    cameras.map(settings),
    pool,
    { provider, model: `${model.card.name} ${precision}` },
    sharedOutputs(config, log),
    log,
  );
  store.onCameras = (changed) => running.apply(changed.map(settings));
  const ending = new AbortController();
  const app = createApp({
    cameras: running,
    store,
    version: VERSION,
    logTail,
    signal: ending.signal,
    ...(options.tokens === undefined ? {} : { tokens: options.tokens }),
    ...(config.server.basePath === undefined ? {} : { basePath: config.server.basePath }),
    ...(config.server.origins === undefined ? {} : { origins: config.server.origins }),
    iceServers: config.webrtc.iceServers,
  });
  let listener: Listener;
  try {
    listener = await listen(config.server, logged(app.fetch));
  } catch (error) {
    await running.close();
    await pool.close();
    throw error;
  }
  const { server, url, elsewhere } = listener;
  log(
    "info",
    `bokashi ${VERSION}: detector ${model.card.name} ${precision} on ${provider}, ` +
      `decoder ${decoder}, encoder ${ENCODER_PRESETS[encoder].codec}, profile ${profileName}`,
  );
  for (const camera of cameras) {
    log("info", `Camera '${camera.name}': ${redact(camera.source)}`, camera.name);
  }
  const others = elsewhere.length > 0 ? ` (from elsewhere: ${elsewhere.join(", ")})` : "";
  log("info", `watch at ${url}${others}`);
  if (options.open) openBrowser(url);

  const endReload = reloadOnChange(store);

  await stop;
  endReload();
  log("info", "stopping");
  ending.abort();
  // First what feeds viewers, then the networks, then the listener: nothing native is left running
  // when the process ends, which is when onnxruntime would crash.
  await running.close();
  await pool.close();
  await Promise.race([server.shutdown(), new Promise((done) => setTimeout(done, 300))]);
  return 0;
}

/** Tells the log of each request, without its query, which may hold a token. */
function logged(handler: typeof Hono.prototype.fetch): Deno.ServeHandler<Deno.NetAddr> {
  return async (request, info) => {
    const beganMs = performance.now();
    const response = await handler(request, info);
    const ms = Math.round(performance.now() - beganMs);
    const { pathname } = new URL(request.url);
    log(
      "debug",
      `${info.remoteAddr.hostname} ${request.method} ${pathname} ${response.status}, ${ms} ms`,
    );
    return response;
  };
}

/** A file that cannot be played is a mistake to be told of at once, not a camera to wait for. */
async function checkFile(camera: CameraConfig): Promise<void> {
  const address = addressOf(camera);
  if (address.kind !== "file") return;
  try {
    await probe(address, { transport: camera.transport, pace: "job" });
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new UsageError(`Cannot play '${camera.source}': ${error.message}`, { cause: error });
  }
}

function addressOf({ name, source }: CameraConfig): SourceAddress {
  try {
    return parseAddress(source);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`Camera '${name}': ${error.message}`, { cause: error });
  }
}

function openBrowser(url: string): void {
  const command = Deno.build.os === "darwin" ? "open" : "xdg-open";
  try {
    new Deno.Command(command, { args: [url], stdout: "null", stderr: "null" }).spawn().unref();
  } catch {
    log("warn", `Cannot open a browser with '${command}': open ${url} yourself`);
  }
}
