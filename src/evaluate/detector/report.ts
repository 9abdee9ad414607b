import { boxFilters } from "../draw_boxes.ts";
import { cutOut } from "../cut_out.ts";
import { inOrder } from "../in_order.ts";
import type { FoundBox } from "../source_boxes.ts";
import { curve, type CurvePoint } from "./figures.ts";
import type { LabelledPicture } from "./labels.ts";
import { ALL, IOU_LIMITS, type Measured, type Result } from "./measure.ts";

/** Pictures shown of each kind and class. */
const MOST_PICTURES = 24;
const CURVE_PX = 320;
/** Colours that can be told apart without seeing red and green; the last is of all together. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7b3fa0"];

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1b}
.warning{border:2px solid #cc2936;padding:.6rem 1rem;border-radius:.4rem}
table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child{text-align:left}
.curves,.pictures{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0;font-size:12px;max-width:240px}
figure img{width:240px;height:160px;object-fit:contain;background:#eee;display:block}
svg text{font-size:11px}
`;

/**
 * What was measured as one HTML file that loads nothing: figures, curves, and the worst misses and
 * false alarms as pictures.
 */
export async function report(title: string, measured: Measured): Promise<string> {
  const labels = [...new Set(measured.results.map((result) => result.class))];
  const sections = await Promise.all(labels.map((label) => section(label, measured)));
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Detector: ${
    escape(title)
  }</title><style>${STYLE}</style>
<h1>Detector</h1>
<p>${escape(title)}</p>
<p class="warning"><b>This file shows bare plates.</b> Treat it as you treat the pictures themselves.</p>
<p>${
    measured.meanAp.map(({ iou, ap }) => `mAP at IoU ${iou}: <b>${ap.toFixed(3)}</b>`).join("; ")
  }</p>
${sections.join("\n")}
</html>
`;
}

async function section(label: string, measured: Measured): Promise<string> {
  const results = measured.results.filter((result) => result.class === label);
  const { claims, targets } = measured.judged(ALL, label, IOU_LIMITS[0]);
  const { score } = results[0];
  const alarms = claims.filter((claim) => !claim.isHit && claim.score >= score)
    .sort((a, b) => b.score - a.score);
  const misses = targets.filter((target) => target.score < score)
    .sort((a, b) => b.detectorWidth - a.detectorWidth);
  return `<h2>${escape(label)}</h2>
${table(results)}
<div class="curves">${IOU_LIMITS.map((iou) => curves(label, iou, measured)).join("")}</div>
<h3>Misses: ${misses.length} of ${targets.length}, the widest first</h3>
${await gallery(
    misses,
    (miss) =>
      `${miss.box[2].toFixed(0)} px wide, ${
        miss.score > 0 ? `best score ${miss.score.toFixed(2)}` : "not found"
      }`,
  )}
<h3>False alarms: ${alarms.length}, the surest first</h3>
<p>By the labels: an object that is not labelled counts as one.</p>
${await gallery(alarms, (alarm) => `score ${alarm.score.toFixed(2)}`)}`;
}

function table(results: readonly Result[]): string {
  const heads = ["source", "IoU", "boxes", "AP", "recall", "precision", "false alarms"];
  const widths = (rows: Result["bySourceWidth"]) =>
    rows.map(({ fromPx, toPx, boxes, recall }) =>
      `${toPx === null ? `from ${fromPx}` : `${fromPx}-${toPx}`} px: ${
        recall.toFixed(3)
      } of ${boxes}`
    ).join("; ");
  const all = results.find(({ source }) => source === ALL)!;
  return `<table><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr>${
    results.map((result) =>
      `<tr><td>${
        [
          escape(result.source),
          result.iou,
          result.boxes,
          result.ap?.toFixed(3) ?? "",
          result.recall.toFixed(3),
          result.precision.toFixed(3),
          result.falseAlarms,
        ].join("</td><td>")
      }</td></tr>`
    ).join("\n")
  }</table>
<p>Recall and precision at a score of ${all.score}. Recall by width in the picture: ${
    widths(all.bySourceWidth)
  }. In the detector's picture: ${widths(all.byDetectorWidth)}.</p>`;
}

function curves(label: string, iou: number, measured: Measured): string {
  const results = measured.results.filter((result) =>
    result.class === label && result.iou === iou && result.boxes > 0
  );
  const lines = results.map(({ source, boxes, ap }, i) => {
    const points = curve(measured.judged(source, label, iou).claims, boxes);
    const isAll = source === ALL;
    const colour = isAll ? "#1b1b1b" : COLOURS[i % COLOURS.length];
    return `<path d="${path(points)}" fill="none" stroke="${colour}" stroke-width="${
      isAll ? 2.5 : 1.2
    }"/><text x="40" y="${CURVE_PX - 10 - 14 * i}" fill="${colour}">${escape(source)} ${
      ap!.toFixed(3)
    }</text>`;
  });
  const grid = [0.2, 0.4, 0.6, 0.8].map((share) =>
    `<path d="M${x(share)} ${y(0)}V${y(1)}M${x(0)} ${y(share)}H${x(1)}" stroke="#e4e4e4"/>` +
    `<text x="${x(share) - 8}" y="${y(0) + 14}">${share}</text>` +
    `<text x="4" y="${y(share) + 4}">${share}</text>`
  );
  return `<figure style="max-width:none"><svg width="${CURVE_PX + 40}" height="${CURVE_PX + 30}">${
    grid.join("")
  }<rect x="${x(0)}" y="${y(1)}" width="${x(1) - x(0)}" height="${
    y(0) - y(1)
  }" fill="none" stroke="#888"/>${
    lines.join("")
  }</svg><figcaption>Precision (up) over recall (right) at IoU ${iou}, with AP</figcaption></figure>`;
}

const x = (share: number) => Math.round((30 + share * CURVE_PX) * 10) / 10;
const y = (share: number) => Math.round((10 + (1 - share) * CURVE_PX) * 10) / 10;

/** Points closer than a pixel are one. */
function path(points: readonly CurvePoint[]): string {
  let last = "";
  const steps = points.map(({ recall, precision }) =>
    `${Math.round(x(recall))} ${Math.round(y(precision))}`
  )
    .filter((step) => step !== last && (last = step));
  return steps.length === 0 ? "" : `M${steps.join("L")}`;
}

async function gallery<T extends { picture: LabelledPicture; box: FoundBox["box"] }>(
  items: readonly T[],
  caption: (item: T) => string,
): Promise<string> {
  const figures = inOrder(items.slice(0, MOST_PICTURES), 2, async (item) => {
    const { picture, box } = item;
    const drawn = boxFilters([{ class: "plate", score: 1, box }], picture.width, picture.height);
    const image = await cutOut(picture, box, drawn);
    return `<figure><img src="${image}" alt=""><figcaption>${
      escape(picture.file.split("/").at(-1)!)
    }: ${escape(caption(item))}</figcaption></figure>`;
  });
  return `<div class="pictures">${(await Array.fromAsync(figures)).join("\n")}</div>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
