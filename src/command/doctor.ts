import { DECODERS, ENCODERS } from "../config/codec_schema.ts";
import { UsageError } from "../config/errors.ts";
import { parseFlags } from "../config/flags.ts";
import { redactorFor } from "../config/redact.ts";
import { PROVIDERS } from "../config/schema.ts";
import { type Model, openModel } from "../detect/models.ts";
import { proofs } from "../detect/proofs.ts";
import { precisionFor, tryProvider } from "../detect/providers.ts";
import { proveEncoder } from "../encode/prove_encoder.ts";
import { FfmpegProcess } from "../frame/ffmpeg_process.ts";
import { parseAddress } from "../source/address.ts";
import { probe } from "../source/probe.ts";
import { shownReason } from "../source/source_error.ts";
import { proveDecoder } from "../source/prove_decoder.ts";
import { candidates } from "./codecs.ts";
import { VERSION } from "./version.ts";

/** How a check came out: `fail` means that `serve` cannot work, `none` that an extra is missing. */
type Verdict = "ok" | "none" | "fail";

const MARKS: Record<Verdict, string> = { ok: "  ok  ", none: "  --  ", fail: " FAIL " };

/** Checks the machine and, if given, a source. Gives exit code 1 if `serve` could not work. */
export async function doctor(args: readonly string[]): Promise<number> {
  const { words } = parseFlags(args, {});
  if (words.length > 1) throw new UsageError("doctor takes one source at most");
  let failed = false;
  const report = (verdict: Verdict, what: string, detail: string) => {
    if (verdict === "fail") failed = true;
    console.log(`[${MARKS[verdict]}] ${what.padEnd(12)} ${detail}`);
  };

  const { os, arch } = Deno.build;
  report("ok", "bokashi", VERSION);
  report(
    "ok",
    "deno",
    `${Deno.version.deno} (${os} ${arch}, ${navigator.hardwareConcurrency} cores)`,
  );
  if (await checkFfmpeg(report)) await checkCodecs(report);
  const model = await checkModel(report);
  if (model) await checkProviders(model, report);
  if (words[0] !== undefined) await checkSource(words[0], report);
  console.log(
    failed ? "\nSomething that 'serve' needs is missing." : "\nAll that 'serve' needs is here.",
  );
  return failed ? 1 : 0;
}

type Report = (verdict: Verdict, what: string, detail: string) => void;

/** Gives whether ffmpeg is there. */
async function checkFfmpeg(report: Report): Promise<boolean> {
  let banner: string;
  try {
    banner = (await output(["-version"])).split("\n")[0];
  } catch {
    report("fail", "ffmpeg", "not found: install it, for instance 'sudo apt install ffmpeg'");
    return false;
  }
  report("ok", "ffmpeg", banner.replace(/ Copyright.*/, ""));
  const list = await output(["-hide_banner", "-encoders"]);
  if (/ libx264 /.test(list)) report("ok", "encoder", "software: libx264");
  else report("fail", "encoder", "libx264 is missing: install an ffmpeg that was built with it");
  return true;
}

/** Hardware codecs that this machine may have: each decodes or encodes ten frames. */
async function checkCodecs(report: Report): Promise<void> {
  const tell = (what: string, name: string, reason: string | null) =>
    report(reason === null ? "ok" : "none", what, `${name}: ${reason ?? "did ten frames"}`);
  const decoders = candidates(DECODERS), encoders = candidates(ENCODERS);
  for (const name of decoders) tell("decoder", name, await proveDecoder(name));
  for (const name of encoders) tell("encoder", name, await proveEncoder(name));
  if (decoders.length + encoders.length === 0) {
    report("none", "codecs", "no device for hardware decoding or encoding was found");
  }
}

async function checkModel(report: Report): Promise<Model | null> {
  try {
    const model = await openModel();
    const files = Object.entries(model.card.files)
      .map(([precision, { bytes }]) => `${precision} ${(bytes / 1e6).toFixed(1)} MB`);
    for (const [precision, { sha256 }] of Object.entries(model.card.files)) {
      const digest = await crypto.subtle.digest(
        "SHA-256",
        await Deno.readFile(model.file(precision)),
      );
      const hex = [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
      if (hex !== sha256) {
        report(
          "fail",
          "model",
          `${precision} file is damaged: restore it with 'git checkout models'`,
        );
        return null;
      }
    }
    report("ok", "model", `${model.card.name} ${model.card.version} (${files.join(", ")})`);
    return model;
  } catch (error) {
    report("fail", "model", error instanceof Error ? error.message : String(error));
    return null;
  }
}

async function checkProviders(model: Model, report: Report): Promise<void> {
  const proven = proofs();
  for (const provider of PROVIDERS) {
    if (provider === "auto") continue;
    const reason = proven.has(provider)
      ? proven.get(provider)!
      : await tryProvider(provider, model.card, model.file);
    if (reason === null) {
      const precision = precisionFor(provider, model.card);
      report("ok", "provider", `${provider}: ran the ${precision} network once`);
    } else {
      // Every machine has a CPU; the others are a matter of hardware.
      report(provider === "cpu" ? "fail" : "none", "provider", `${provider}: ${reason}`);
    }
  }
}

async function checkSource(source: string, report: Report): Promise<void> {
  const redact = redactorFor(source);
  try {
    const info = await probe(parseAddress(source), { transport: "tcp", pace: "job" });
    const rate = info.fps > 0 ? `${info.fps} fps` : "rate not stated";
    report(
      "ok",
      "source",
      `${redact(source)}: ${info.codec} ${info.width}x${info.height}, ${rate}, ${info.pixelFormat}`,
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    report("fail", "source", `Cannot open '${redact(source)}': ${shownReason(why, redact)}`);
  }
}

async function output(args: string[]): Promise<string> {
  const process = new FfmpegProcess("ffmpeg", args);
  const text = await new Response(process.stdout).text();
  await process.ended();
  return text;
}
