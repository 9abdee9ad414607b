import { judge, LEAK_REASONS, type Verdict } from "./judge.ts";
import type { LeakFigures } from "./leak_figures.ts";
import type { ObjectCount, ObjectCounts } from "./object_counts.ts";
import type { PlateFrame } from "./plate_log.ts";

/** One leak as it was to be seen. */
export interface LeakPicture {
  plate: string;
  frame: number;
  /** `data:` address. */
  picture: string;
}

/** What the report tells of one clip. */
export interface ReportClip {
  name: string;
  fps: number;
  /** Frames of the truth. */
  length: number;
  figures: LeakFigures;
  frameByFrame: LeakFigures;
  objects: ObjectCounts;
  plates: ReadonlyMap<string, readonly PlateFrame[]>;
  pictures: readonly LeakPicture[];
}

/** Words for verdicts, and colours that can be told apart without seeing red and green. */
export const REASON_WORDS = {
  neverDetected: "never detected",
  beforeFirstDetection: "before first detection",
  gap: "gap",
  boxTooSmall: "box too small",
  dropped: "dropped",
} as const;
const COLOURS: Record<Verdict | "apart", string> = {
  masked: "#b9d5e8",
  neverDetected: "#1b1b1b",
  beforeFirstDetection: "#d55e00",
  gap: "#cc2936",
  boxTooSmall: "#e69f00",
  dropped: "#7b3fa0",
  apart: "#ececec",
};
const ROW_PX = 16;

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1b}
.warning{border:2px solid #cc2936;padding:.6rem 1rem;border-radius:.4rem}
table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child{text-align:left}
.plates{display:grid;grid-template-columns:max-content 1fr;gap:2px 1rem;align-items:center}
.plates svg{width:100%;height:${ROW_PX}px;background:#fafafa}
.plates span{font-size:13px}.key i{display:inline-block;width:1em;height:1em;margin:0 .3em 0 1em}
.leaks{display:flex;flex-wrap:wrap;gap:.8rem}figure{margin:0;font-size:12px}
figure img{height:110px;min-width:90px;object-fit:contain;image-rendering:pixelated;display:block}
`;

/** The report as one HTML file that loads nothing. */
export function report(
  title: string,
  clips: readonly ReportClip[],
  total: LeakFigures,
  objects: ObjectCounts,
): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Leaks: ${escape(title)}</title><style>${STYLE}</style>
<h1>Leaks</h1>
<p>${escape(title)}</p>
<p class="warning"><b>This file shows bare plates.</b> The pictures below are what the masks left bare in your
clips. The report is yours alone: treat it as you treat the clips themselves.</p>
${table(clips, total, objects)}
<p class="key">One row per plate, time from left to right.
${(["masked", ...LEAK_REASONS] as const).map((verdict) => key(verdict, words(verdict))).join("")}${
    key("apart", "not counted: narrower than 16 px or less than half visible")
  }</p>
${clips.map(section).join("\n")}
</html>
`;
}

function table(clips: readonly ReportClip[], total: LeakFigures, objects: ObjectCounts): string {
  const row = (name: string, figures: LeakFigures, { plate, car }: ObjectCounts) =>
    `<tr><td>${escape(name)}</td>${
      [
        figures.labelled,
        figures.leaks,
        percent(figures.leakRate),
        figures.longestLeak,
        percent(figures.overBlur),
        figures.flicker.toFixed(2),
        ...LEAK_REASONS.map((reason) => figures.byReason[reason]),
        counted(plate),
        counted(car),
      ].map((value) => `<td>${value}</td>`).join("")
    }</tr>`;
  const heads = ["clip", "plates", "leaks", "leak rate", "longest (frames)", "over-blur"];
  return `<table><tr>${
    [...heads, "flicker (1/s)", ...LEAK_REASONS.map(words), "plates counted", "cars counted"]
      .map((head) => `<th>${head}</th>`).join("")
  }</tr>${clips.map((clip) => row(clip.name, clip.figures, clip.objects)).join("")}
${clips.length > 1 ? row("total", total, objects) : ""}</table>`;
}

function counted({ counted, real }: ObjectCount): string {
  return real === null ? String(counted) : `${counted} (${real} are there)`;
}

function section(clip: ReportClip): string {
  const rows = [...clip.plates].map(([id, frames]) =>
    `<span>${escape(id)}</span>${timeline(frames, clip.length)}`
  );
  const figures = clip.pictures.map(({ plate, frame, picture }) =>
    `<figure><img src="${picture}" alt="plate ${escape(plate)}"><figcaption>${
      escape(plate)
    }, frame ${frame},
${(frame / clip.fps).toFixed(2)} s</figcaption></figure>`
  );
  return `<h2>${escape(clip.name)}</h2>
<p>${clip.figures.leaks} of ${clip.figures.labelled} bare; frame by frame, without tracks, look-ahead and margin:
${clip.frameByFrame.leaks}.</p>
<div class="plates">${rows.join("\n")}</div>
<div class="leaks">${figures.join("\n")}</div>`;
}

function timeline(frames: readonly PlateFrame[], length: number): string {
  const verdicts = judge(frames);
  const kinds = frames.map(({ apart }, i) => apart === null ? verdicts[i] : "apart");
  let bars = "";
  for (let i = 0, end = 0; i < frames.length; i = end) {
    // Frames that follow each other and went alike are one bar.
    for (end = i + 1; end < frames.length; end++) {
      if (kinds[end] !== kinds[i] || frames[end].frame !== frames[end - 1].frame + 1) break;
    }
    const from = frames[i].frame, to = frames[end - 1].frame;
    bars += `<rect x="${from}" width="${to - from + 1}" height="${ROW_PX}" fill="${
      COLOURS[kinds[i]]
    }"><title>frames ${from}-${to}: ${
      kinds[i] === "apart" ? "not counted" : words(kinds[i])
    }</title></rect>`;
  }
  return `<svg viewBox="0 0 ${length} ${ROW_PX}" preserveAspectRatio="none">${bars}</svg>`;
}

function key(kind: Verdict | "apart", text: string): string {
  return `<i style="background:${COLOURS[kind]}"></i>${text}`;
}

function words(verdict: Verdict | "apart"): string {
  return verdict in REASON_WORDS ? REASON_WORDS[verdict as keyof typeof REASON_WORDS] : verdict;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
