"""Let other detectors look at the training pictures once.

YOLOX-nano (COCO; car, bus, truck) completes the cars of plate sets; a plate
detector, if given, marks what may be an unlabelled plate, to be ignored.

    python teach.py --data DIR --cars yolox_nano.onnx --plates y5fu_640x.onnx --out taught.json

Network conventions: YOLOX takes BGR 0..255, letterboxed top-left with 114, at
416; its outputs are raw (x and y on the grid, log sizes). The plate detector
is of HyperLPR3: RGB / 255, 640, rows of cx, cy, w, h, object, 8 corner values, 2 classes.
"""

import argparse
import json
import os

import cv2
import numpy as np
import onnxruntime as ort

from data import load_split
from evaluate import nms

VEHICLES = [2, 5, 7]


def session(path):
    o = ort.SessionOptions()
    o.intra_op_num_threads = o.inter_op_num_threads = 1
    return ort.InferenceSession(path, o, providers=["CPUExecutionProvider"])


def letterbox(image, side):
    k = side / max(image.shape[:2])
    small = cv2.resize(image, None, fx=k, fy=k, interpolation=cv2.INTER_AREA if k < 1 else cv2.INTER_LINEAR)
    out = np.full((side, side, 3), 114, np.uint8)
    out[:small.shape[0], :small.shape[1]] = small[:side, :side]
    return out, k


def finish(boxes, scores, k, floor, limit):
    at = scores >= floor
    boxes, scores = boxes[at], scores[at]
    corners = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1) / k
    keep = nms(corners, scores, limit)[:60]
    return [[round(float(v), 1) for v in corners[i]] + [round(float(scores[i]), 3)] for i in keep]


def cars(net, image, side=416):
    x, k = letterbox(image, side)
    out = net.run(None, {net.get_inputs()[0].name: x.transpose(2, 0, 1)[None].astype(np.float32)})[0][0]
    cells = []
    for s in (8, 16, 32):
        n = side // s
        gy, gx = np.mgrid[:n, :n]
        cells.append(np.stack([gx.ravel(), gy.ravel(), np.full(n * n, s)], 1))
    cells = np.concatenate(cells)
    boxes = np.concatenate([(out[:, :2] + cells[:, :2]) * cells[:, 2:], np.exp(out[:, 2:4]) * cells[:, 2:]], 1)
    scores = out[:, 4] * out[:, [5 + c for c in VEHICLES]].max(1)
    return finish(boxes, scores, k, 0.2, 0.5)


def plates(net, image, side=640):
    x, k = letterbox(image, side)
    x = x[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32) / 255
    out = net.run(None, {net.get_inputs()[0].name: x})[0][0]
    return finish(out[:, :4], out[:, 4] * out[:, 13:15].max(1), k, 0.25, 0.4)


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--data", required=True)
    a.add_argument("--cars")
    a.add_argument("--plates")
    a.add_argument("--out", required=True)
    args = a.parse_args()
    cv2.setNumThreads(1)
    car_net, plate_net = (session(p) if p else None for p in (args.cars, args.plates))
    out = {}
    pictures = load_split(args.data, "train")
    for i, p in enumerate(pictures):
        image = cv2.imread(p.path, cv2.IMREAD_COLOR)
        entry = {}
        if car_net:
            entry["car"] = cars(car_net, image)
        if plate_net and p.source != "oi_plate" and p.known[1]:
            entry["plate"] = plates(plate_net, image)
        out[os.path.relpath(p.path, args.data)] = entry
        if i % 200 == 0:
            print(f"{i} / {len(pictures)}", flush=True)
    json.dump(out, open(args.out, "w"))


if __name__ == "__main__":
    main()
