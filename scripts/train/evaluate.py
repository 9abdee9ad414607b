"""Average precision, recall and precision per class, source and plate width.

    python evaluate.py --data DIR --model ../../models/bokashi-v1.fp32.onnx

Every picture is scaled to the longest side `--side`, padded with black to
multiples of 32 at the right and below, and handed over as I420, as the product does.
"""

import argparse
import json
import time

import cv2
import numpy as np

import config as C
from data import POSITIVE, load_split, to_i420
from model import make_priors

WIDTHS = [(0, 8), (8, 12), (12, 16), (16, 24), (24, 48), (48, 96), (96, 1e9)]
NMS_IOU = {"car": 0.5, "plate": 0.4}
FLOOR = 0.02


def nms_iou(name):
    return NMS_IOU.get(name, 0.5)


def prepare(path, side):
    """Path -> (y, uv, scale)."""
    return prepare_image(cv2.imread(path, cv2.IMREAD_COLOR), side)


def prepare_image(image, side):
    """BGR picture -> (y, uv, scale)."""
    h, w = image.shape[:2]
    k = side / max(h, w)
    nw, nh = max(1, round(w * k)), max(1, round(h * k))
    if k != 1:
        image = cv2.resize(image, (nw, nh), interpolation=cv2.INTER_AREA if k < 1 else cv2.INTER_LINEAR)
    m = C.MULTIPLE_OF
    canvas = np.zeros((-(-nh // m) * m, -(-nw // m) * m, 3), np.uint8)
    canvas[:nh, :nw] = image
    y, uv = to_i420(canvas)
    return y[None], uv[None], k


def decode_numpy(deltas, priors):
    v0, v1 = C.VARIANCES
    centre = deltas[:, :2] * v0 * priors[:, 2:] + priors[:, :2]
    half = np.exp(np.clip(deltas[:, 2:] * v1, -4, 4)) * priors[:, 2:] / 2
    return np.concatenate([centre - half, centre + half], 1)


def nms(boxes, scores, limit):
    order, keep = np.argsort(-scores), []
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    while len(order):
        i, rest = order[0], order[1:]
        keep.append(i)
        lt, rb = np.maximum(boxes[rest, :2], boxes[i, :2]), np.minimum(boxes[rest, 2:], boxes[i, 2:])
        inter = np.clip(rb - lt, 0, None).prod(1)
        order = rest[inter / (area[i] + area[rest] - inter + 1e-9) <= limit]
    return np.array(keep, int)


def detect(run, y, uv, floor=FLOOR):
    """[(class, score, box)] in input pixels. `run(y, uv)` -> logits, deltas."""
    logits, deltas = run(y, uv)
    priors = make_priors(y.shape[2], y.shape[3]).numpy()
    scores = 1 / (1 + np.exp(-logits[0]))
    out = []
    for cls, name in enumerate(C.CLASSES):
        at = np.nonzero(scores[:, cls] >= floor)[0]
        at = at[np.argsort(-scores[at, cls])][:400]
        if not len(at):
            continue
        boxes = decode_numpy(deltas[0][at], priors[at])
        for i in nms(boxes, scores[at, cls], nms_iou(name))[:100]:
            out.append((cls, float(scores[at[i], cls]), boxes[i]))
    return out


def overlap(box, others):
    lt, rb = np.maximum(others[:, :2], box[:2]), np.minimum(others[:, 2:4], box[2:])
    inter = np.clip(rb - lt, 0, None).prod(1)
    area = lambda b: (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    return inter / (area(box) + area(others) - inter + 1e-9)


def match(found, picture, cls, limit):
    """Greedy by score: ([score, hit or miss], width and best score of every box)."""
    truth = picture.boxes[(picture.boxes[:, 4] == cls) & (picture.boxes[:, 5] == POSITIVE)]
    used, got = np.zeros(len(truth), bool), np.zeros(len(truth))
    rows = []
    for _, score, box in sorted((f for f in found if f[0] == cls), key=lambda f: -f[1]):
        hit = False
        if len(truth):
            o = np.where(used, 0, overlap(box, truth))
            j = int(o.argmax())
            if o[j] >= limit:
                used[j], got[j], hit = True, score, True
        rows.append((score, hit))
    return rows, [(b[2] - b[0], s) for b, s in zip(truth, got)]


def average_precision(rows, total):
    if not total:
        return None
    rows = sorted(rows, key=lambda r: -r[0])
    tp = np.cumsum([r[1] for r in rows]) if rows else np.zeros(1)
    recall = np.concatenate([[0], tp / total])
    precision = np.concatenate([[1], tp / np.arange(1, len(tp) + 1)])
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * precision[1:]))


def summary(rows, truth, scores=(0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)):
    """`truth`: (width in source px, width in detector px, best score)."""
    total = len(truth)
    out = {"boxes": total, "ap": average_precision(rows, total), "at": {}}
    for s in scores:
        tp = sum(1 for r in rows if r[1] and r[0] >= s)
        n = sum(1 for r in rows if r[0] >= s)
        out["at"][str(s)] = {"recall": tp / max(total, 1), "precision": tp / max(n, 1), "false": n - tp}
    return out


def evaluate(run, pictures, side, plate_score=0.3, limits=(0.4, 0.5)):
    results, spent = {}, []
    for p in pictures:
        y, uv, k = prepare(p.path, side)
        t = time.perf_counter()
        found = detect(run, y, uv)
        spent.append(time.perf_counter() - t)
        found = [(c, s, b / k) for c, s, b in found]
        for cls in range(len(C.CLASSES)):
            if not p.known[cls]:
                continue
            for limit in limits:
                rows, truth = match(found, p, cls, limit)
                for source in (p.source, "all"):
                    r = results.setdefault((source, C.CLASSES[cls], limit), ([], []))
                    r[0].extend(rows)
                    r[1].extend((w, w * k, s) for w, s in truth)
    report = {"side": side, "pictures": len(pictures), "results": []}
    for (source, cls, limit), (rows, truth) in sorted(results.items()):
        entry = {"source": source, "class": cls, "iou": limit, **summary(rows, truth)}
        if cls == "plate":
            for key, col in (("recallBySourceWidth", 0), ("recallByDetectorWidth", 1)):
                entry[key] = {}
                for a, b in WIDTHS:
                    inside = [t for t in truth if a <= t[col] < b]
                    if inside:
                        name = f"{a}-{b}" if b < 1e9 else f"{a}+"
                        entry[key][name] = {
                            "boxes": len(inside),
                            "recall": sum(t[2] >= plate_score for t in inside) / len(inside)}
        report["results"].append(entry)
    report["meanMs"] = 1000 * float(np.mean(spent))
    return report


def onnx_runner(path, threads=1):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda y, uv: session.run(["logits", "deltas"], {"y": y, "uv": uv})


def print_report(report):
    print(f"longest side {report['side']}, {report['pictures']} pictures")
    for e in report["results"]:
        if not e["boxes"] or e["iou"] != 0.4 and not (e["class"] == "car" and e["iou"] == 0.5):
            continue
        at = "  ".join(f"@{s} {v['recall']:.3f}/{v['precision']:.3f}" for s, v in e["at"].items()
                       if s in ("0.3", "0.4", "0.5", "0.6"))
        print(f"{e['source']:16} {e['class']:5} IoU {e['iou']} n={e['boxes']:4} AP {e['ap']:.3f}  {at}")
        if e["class"] == "plate":
            print("   by source px: " + "  ".join(
                f"{k} {v['recall']:.2f} ({v['boxes']})" for k, v in e["recallBySourceWidth"].items()))


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--data", required=True)
    a.add_argument("--model", required=True)
    a.add_argument("--side", type=int, default=640)
    a.add_argument("--score", type=float, default=0.3, help="plate score of the width tables")
    a.add_argument("--json")
    args = a.parse_args()
    cv2.setNumThreads(1)
    report = evaluate(onnx_runner(args.model), load_split(args.data, "val"), args.side, args.score)
    print_report(report)
    if args.json:
        json.dump(report, open(args.json, "w"), indent=1)


if __name__ == "__main__":
    main()
