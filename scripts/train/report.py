"""Evaluate the exported networks on the validation pictures, time them, write the model card.

    python report.py --data DIR --models ../../models --checkpoint RUN/best.pt
"""

import argparse
import collections
import json
import os

import cv2

import card
import config as C
from data import load_split
from evaluate import evaluate, onnx_runner, print_report
from speed import measure

LIMITS = [
    "Plates narrower than about 16 pixels in the network's input are often missed; use a larger profile for far plates.",
    "Plates that fill the picture (a third of its width and more) score lower than smaller ones.",
    "Trained on photographs and dashcam pictures; overhead and fish-eye cameras, non-Latin plates and infrared are rare in its training data.",
    "A small number of training pictures comes from uploaders whose statement of licence could not be checked further.",
    "Car boxes on plate pictures were completed by other detectors (YOLOX-nano and an Open Images SSD, both Apache-2.0); far cars are trained towards lower scores.",
    "Signs, stickers and text on vehicles can raise false alarms; the scores are not calibrated probabilities.",
]
SIZES = [(288, 512), (352, 640), (544, 960)]


def compact(report, score):
    """The figures that go into the card: plates at IoU 0.4, cars at 0.5."""
    out = {}
    for e in report["results"]:
        if e["iou"] != (0.4 if e["class"] == "plate" else 0.5) or not e["boxes"]:
            continue
        at = e["at"][str(score[e["class"]])]
        row = {"boxes": e["boxes"], "ap": round(e["ap"], 3), "recall": round(at["recall"], 3),
               "precision": round(at["precision"], 3)}
        if "recallBySourceWidth" in e:
            row["recallBySourceWidth"] = {
                k: [round(v["recall"], 3), v["boxes"]] for k, v in e["recallBySourceWidth"].items()}
        out.setdefault(e["class"], {})[e["source"]] = row
    return out


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--data", required=True)
    a.add_argument("--models", required=True)
    a.add_argument("--plate-score", type=float, default=0.5)
    a.add_argument("--car-score", type=float, default=0.5)
    a.add_argument("--int8-loss", type=float, default=0.01, help="recall that the INT8 copy may lose")
    a.add_argument("--steps", help="noted in the card: how long it was trained")
    a.add_argument("--full", help="write the whole reports here (JSON)")
    a.add_argument("--times", help="a card of the same graph whose milliseconds hold here too (a busy machine cannot measure)")
    a.add_argument("--name", default=C.NAME, help="of the files")
    a.add_argument("--classes", help="as for train.py")
    args = a.parse_args()
    cv2.setNumThreads(1)
    C.NAME = args.name
    if args.classes:
        C.use_classes(args.classes)
    score = {c: args.plate_score if c == "plate" else args.car_score for c in C.CLASSES}
    pictures = load_split(args.data, "val")
    figures = {"set": f"validation pictures ({len(pictures)}), longest side 640; plates AP at IoU 0.4, cars at IoU 0.5; "
                      "recall and precision at the recommended scores; width classes in source pixels: [recall, boxes]"}
    if args.steps:
        figures["training"] = args.steps
    times = json.load(open(args.times)) if args.times else None
    recall, full = {}, {}
    for p in ("fp32", "fp16", "int8"):
        path = os.path.join(args.models, f"{C.NAME}.{p}.onnx")
        if not os.path.exists(path):
            continue
        full[p] = evaluate(onnx_runner(path), pictures, 640, args.plate_score)
        print(p)
        print_report(full[p])
        figures[p] = compact(full[p], score)
        recall[p] = {c: f["all"]["recall"] for c, f in figures[p].items()}
        if p == "fp16":  # for GPUs: its time on a CPU says nothing
            continue
        figures[p]["medianMs"] = times["figures"][p]["medianMs"] if times else {
            f"{w}x{h}": round(min(measure(path, h, w)[0] for _ in range(3)), 1) for h, w in SIZES}
        print(p, figures[p]["medianMs"])
    figures["medianMsHow"] = ("onnxruntime (Python, CPU provider), one thread, batch 1, the network alone; "
                              "median of 60 runs, the best of three rounds")
    precisions = [p for p in ("fp32", "fp16") if p in recall]
    if "int8" in recall:
        watched = ["plate"] if "plate" in recall["fp32"] else list(recall["fp32"])
        lost = max((recall["fp32"][c] - recall["int8"].get(c, 0) for c in watched), default=0)
        faster = figures["int8"]["medianMs"]["640x352"] < figures["fp32"]["medianMs"]["640x352"]
        if round(lost, 3) <= args.int8_loss and faster:
            precisions.append("int8")
        else:
            print(f"the INT8 copy is not shipped: recall lost {lost:.3f}, faster {faster}")
            os.remove(os.path.join(args.models, f"{C.NAME}.int8.onnx"))
    counts = collections.Counter(p.source for p in load_split(args.data, "train"))
    print(card.write(args.models, counts, figures, score, LIMITS, precisions))
    if args.full:
        json.dump(full, open(args.full, "w"), indent=1)


if __name__ == "__main__":
    main()
