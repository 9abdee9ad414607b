// Renders the clip: serves the scene to headless Chromium, takes each frame's pixels and hands them to ffmpeg.
//   node render.mjs --modules DIR --out DIR [--frames 0,150,300] [--no-truth] [--ratio 1.5]
// With --frames it writes PNG pictures of those frames only.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize, resolve } from "node:path";

const arg = (name, otherwise) => {
  const i = process.argv.indexOf("--" + name);
  return i < 0 ? otherwise : process.argv[i + 1];
};
const modules = resolve(arg("modules", ".")), out = resolve(arg("out", "."));
const here = import.meta.dirname, ratio = Number(arg("ratio", "1.5"));
const pick = arg("frames", null)?.split(",").map(Number);
const wantTruth = !process.argv.includes("--no-truth");
const { chromium } = createRequire(join(modules, "x.js"))("playwright-core");

const types = {
  ".js": "text/javascript",
  ".html": "text/html",
  ".css": "text/css",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
};
let take = null;
const server = createServer(async (req, res) => {
  const path = normalize(decodeURIComponent(new URL(req.url, "http://x").pathname));
  if (req.method === "POST") {
    const parts = [];
    for await (const c of req) parts.push(c);
    await take(Buffer.concat(parts));
    res.end();
    return;
  }
  try {
    const file = path.startsWith("/modules/")
      ? join(modules, "node_modules", path.slice(9))
      : join(here, path);
    const body = await readFile(file);
    res.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    res.end(body);
  } catch {
    res.statusCode = 404;
    res.end();
  }
}).listen(0, "127.0.0.1");
await once(server, "listening");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
page.on(
  "console",
  (m) => !/GPU stall|favicon|404/.test(m.text()) && console.error("page:", m.text()),
);
page.on("pageerror", (e) => console.error("page error:", e.message));
await page.goto(`http://127.0.0.1:${server.address().port}/scene.html?ratio=${ratio}`);
await page.waitForFunction(() => document.title === "ready", null, { timeout: 180000 });
const { frames, width, height } = await page.evaluate(() => ({
  frames: demo.frames,
  width: demo.width,
  height: demo.height,
}));

// The camera's own traits are added here: a little vignetting, and grain from a fixed seed.
const look =
  "vflip,scale=1280:720:flags=area:out_color_matrix=bt709:out_range=tv,format=yuv420p,vignette=angle=0.22,noise=c0s=5:c0f=t:all_seed=4711";
const raw = [
  "-hide_banner",
  "-loglevel",
  "error",
  "-y",
  "-f",
  "rawvideo",
  "-pix_fmt",
  "rgba",
  "-s",
  `${width}x${height}`,
  "-r",
  "30",
  "-i",
  "-",
];
function ffmpeg(extra) {
  const p = spawn("ffmpeg", [...raw, "-vf", look, ...extra], {
    stdio: ["pipe", "inherit", "inherit"],
  });
  const ended = once(p, "exit");
  return {
    write: (b) => p.stdin.write(b) ? null : once(p.stdin, "drain"),
    end: async () => {
      p.stdin.end();
      const [code] = await ended;
      if (code) throw new Error("ffmpeg: " + code);
    },
  };
}

const started = Date.now();
if (pick) {
  for (const i of pick) {
    const name = join(out, `frame-${String(i).padStart(3, "0")}.png`),
      f = ffmpeg(["-frames:v", "1", name]);
    take = (b) => f.write(b);
    const t0 = Date.now();
    await page.evaluate((i) => demo.frame(i, "/pixels"), i);
    await f.end();
    const t1 = Date.now();
    if (wantTruth) {
      await writeFile(
        name.replace(".png", ".json"),
        JSON.stringify(await page.evaluate((i) => demo.truth(i), i)),
      );
    }
    console.log(i, `${t1 - t0} ms, truth ${Date.now() - t1} ms`);
  }
} else {
  const f = ffmpeg([
    "-c:v",
    "libx264",
    "-profile:v",
    "high",
    "-preset",
    "slow",
    "-crf",
    arg("crf", "24"),
    "-maxrate",
    "1900k",
    "-bufsize",
    "3800k",
    "-g",
    "30",
    "-keyint_min",
    "30",
    "-sc_threshold",
    "0",
    "-color_primaries",
    "bt709",
    "-color_trc",
    "bt709",
    "-colorspace",
    "bt709",
    "-color_range",
    "tv",
    "-an",
    "-movflags",
    "+faststart",
    join(out, "demo.mp4"),
  ]);
  take = (b) => f.write(b);
  const truth = [];
  for (let i = 0; i < frames; i++) {
    await page.evaluate((i) => demo.frame(i, "/pixels"), i);
    if (wantTruth) truth.push(await page.evaluate((i) => demo.truth(i), i));
    if (i % 30 === 29) {
      console.log(`${i + 1}/${frames}, ${Math.round((Date.now() - started) / 1000)} s`);
    }
  }
  await f.end();
  if (wantTruth) {
    await writeFile(
      join(out, "demo.truth.json"),
      JSON.stringify({ width: 1280, height: 720, fps: 30, frames: truth }) + "\n",
    );
  }
}
await browser.close();
server.close();
