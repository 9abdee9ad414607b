"""Checkpoint -> fp32, fp16 and INT8 ONNX and the golden example; fp32 is compared with PyTorch.

    python export.py --checkpoint RUN/best.pt --out ../../models --data DIR
"""

import argparse
import json
import os

import numpy as np
import onnx
import onnxruntime as ort
import torch

import config as C
from data import load_split
from evaluate import nms, nms_iou
from graph import build
from half import halve
from model import decode, make, make_priors, mean_of
from quantise import fused_ops, pick, quantise

#: Largest difference of logits and deltas between PyTorch and onnxruntime.
TOLERANCE = 2e-3


def load(checkpoints):
    """The network of a checkpoint, or of the mean of several (with commas); and the steps of the last."""
    files = checkpoints.split(",")
    last = torch.load(files[-1], weights_only=True)
    if "classes" in last:
        C.use_classes(",".join(last["classes"]))
    net = make()
    net.load_state_dict(mean_of(files))
    return net.eval(), last["step"]


def compare(net, path, sizes=((64, 96), (352, 640), (224, 416))):
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    if C.VARIANT == "article":
        sizes = ((300, 300), (300, 532))
    rng, worst = np.random.default_rng(0), 0.0
    for height, width in sizes:
        y = rng.integers(0, 256, (2, 1, height, width), np.uint8)
        uv = rng.integers(0, 256, (2, 2, height // 2, width // 2), np.uint8)
        logits, deltas = session.run(["logits", "deltas"], {"y": y, "uv": uv})
        with torch.no_grad():
            want, boxes = net(torch.from_numpy(y), torch.from_numpy(uv))
        worst = max(worst, np.abs(logits - want.numpy()).max(), np.abs(deltas - net.deltas(boxes).numpy()).max())
    if worst > TOLERANCE:
        raise SystemExit(f"{path} differs from PyTorch by {worst}")
    return float(worst)


def drawing(height=96, width=128):
    """A drawn rear of a car with a plate: no photograph. -> y, uv."""
    y = np.full((height, width), 120, np.uint8)
    y[: height // 3] = 190                                         # sky
    u = np.full((height // 2, width // 2), 128, np.uint8)
    v = u.copy()
    u[: height // 6] = 140
    top, left, bottom, right = 22, 26, 88, 104
    y[top:bottom, left:right] = 60                                 # body
    u[top // 2:bottom // 2, left // 2:right // 2] = 118
    v[top // 2:bottom // 2, left // 2:right // 2] = 160
    y[28:48, 36:94] = 30                                           # window
    y[54:60, 28:40] = 95                                           # lamps
    y[54:60, 90:102] = 95
    v[27:30, 14:20] = 210
    v[27:30, 45:51] = 210
    y[62:74, 46:84] = 225                                          # plate
    for x in range(50, 80, 5):
        y[65:71, x:x + 3] = 35
    y[84:96, 30:42] = 20                                           # wheels
    y[84:96, 88:100] = 20
    # A fixed ripple, so that no two columns are the same.
    ripple = (np.arange(height)[:, None] * 7 + np.arange(width)[None] * 13) % 5
    return (y + ripple).astype(np.uint8), np.stack([u, v])


def golden(net, folder):
    """Write the drawing as I420 bytes and what PyTorch makes of it."""
    os.makedirs(folder, exist_ok=True)
    y, uv = drawing()
    with open(os.path.join(folder, "drawing-128x96.i420"), "wb") as f:
        f.write(y.tobytes() + uv.tobytes())
    with torch.no_grad():
        logits, boxes = net(torch.from_numpy(y[None, None].copy()), torch.from_numpy(uv[None].copy()))
        deltas = net.deltas(boxes)[0]
    logits = logits[0]
    priors = make_priors(*y.shape)
    corners = decode(boxes[0], priors).numpy()
    scores = logits.sigmoid().numpy()
    samples = sorted({0, 1, 5, 191 * 4, len(priors) - 1, *np.argsort(-scores.max(1))[:8].tolist()})
    detections = []
    for cls, name in enumerate(C.CLASSES):
        at = np.argsort(-scores[:, cls])[:200]
        for i in nms(corners[at], scores[at, cls], nms_iou(name))[:5]:
            x1, y1, x2, y2 = corners[at[i]].tolist()
            detections.append({"class": name, "score": round(float(scores[at[i], cls]), 6),
                               "box": [round(t, 3) for t in (x1, y1, x2 - x1, y2 - y1)]})
    data = {
        "model": C.NAME, "input": "drawing-128x96.i420", "width": 128, "height": 96,
        "priorCount": len(priors),
        "raw": [{"index": int(i), "prior": [float(t) for t in priors[i]],
                 "logits": [round(float(t), 5) for t in logits[i]],
                 "deltas": [round(float(t), 5) for t in deltas[i]],
                 "box": [round(float(t), 3) for t in corners[i]]} for i in samples],
        "sums": {"logits": round(float(logits.double().sum()), 3), "deltas": round(float(deltas.double().sum()), 3)},
        "nmsIoU": {c: nms_iou(c) for c in C.CLASSES},
        "boxFormat": "raw.box is x1,y1,x2,y2; topFivePerClass.box is x,y,width,height; input pixels",
        "topFivePerClass": detections,
        "tolerance": {"fp32": {"logits": 0.002, "deltas": 0.002}, "int8": "not compared"},
    }
    with open(os.path.join(folder, "drawing-128x96.json"), "w") as f:
        json.dump(data, f, indent=1)
        f.write("\n")


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--checkpoint", required=True, help="several with commas: their mean")
    a.add_argument("--out", required=True)
    a.add_argument("--name", help="of the files")
    a.add_argument("--variant", default="ours", choices=("ours", "article"))
    a.add_argument("--classes", help="what they are called in the labels of DATA, as for train.py")
    a.add_argument("--no-golden", action="store_true", help="do not write the golden example")
    a.add_argument("--data", help="calibration pictures of the INT8 copy; without it, fp32 only")
    a.add_argument("--pictures", type=int, default=96)
    args = a.parse_args()
    torch.set_num_threads(1)
    C.use(args.variant)
    net, step = load(args.checkpoint)
    C.NAME = args.name or C.NAME
    if args.classes:
        C.use_classes(args.classes)
    os.makedirs(args.out, exist_ok=True)
    path = os.path.join(args.out, f"{C.NAME}.fp32.onnx")
    onnx.save(build(net), path)
    print(f"step {step}: {path}, largest difference from PyTorch {compare(net, path):.1e}")
    halve(path, os.path.join(args.out, f"{C.NAME}.fp16.onnx"))
    if not args.no_golden:
        golden(net, os.path.join(args.out, "golden"))
    if args.data:
        small = os.path.join(args.out, f"{C.NAME}.int8.onnx")
        pictures = load_split(args.data, "train")
        quantise(path, small, pick(pictures, min(args.pictures, len(pictures))))
        print(small, dict(fused_ops(small)))


if __name__ == "__main__":
    main()
