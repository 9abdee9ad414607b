"""Let detectors look at the training pictures once, to complete their labels.

    python teach.py --data DIR --cars yolox_nano.onnx --plates y5fu_640x.onnx --big-cars ssd.tflite --out taught.json
    python teach.py --data DIR --self stage1.onnx --out taught.json     (adds to the file)

For each picture the file gets lists of [x1, y1, x2, y2, score, ...] in source pixels:

- `car`: YOLOX-nano (COCO; car, bus, truck). BGR 0..255, letterboxed top-left
  with 114, at 416; outputs are raw (x and y on the grid, log sizes).
- `plate`: HyperLPR3's detector, at 640, mirrored as well. RGB / 255; rows of cx, cy, w, h,
  object, 8 corner values, 2 classes.
- `bigcar`: the Open Images SSD of start_network.py (Car, Vehicle), 300x300,
  for cars that fill the picture.
- `self`, `selfcar`: a network of ours, seen at several sizes and mirrored.
  Score is the mean over the views; a sixth value is the best of them.

What is made of them is decided in data.py.
"""

import argparse
import json
import multiprocessing as mp
import os

import cv2
import numpy as np
import onnxruntime as ort

import config as C
from data import load_split
from evaluate import detect, nms, overlap, prepare_image

VEHICLES = [2, 5, 7]
#: (longest side, mirrored) at which a network of ours looks.
VIEWS = [(480, False), (640, False), (640, True), (960, True)]


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


def rows(corners, *scores):
    return [[round(float(v), 1) for v in c] + [round(float(s), 3) for s in row] for c, *row in zip(corners, *scores)]


def finish(boxes, scores, k, floor, limit):
    at = scores >= floor
    boxes, scores = boxes[at], scores[at]
    corners = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1) / k
    keep = nms(corners, scores, limit)[:60]
    return rows(corners[keep], scores[keep])


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
    found = []
    for mirrored in (False, True):
        x, k = letterbox(image[:, ::-1] if mirrored else image, side)
        x = x[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32) / 255
        out = net.run(None, {net.get_inputs()[0].name: x})[0][0]
        boxes = out[:, :4].copy()
        if mirrored:
            boxes[:, 0] = image.shape[1] * k - boxes[:, 0]
        found.append((boxes, out[:, 4] * out[:, 13:15].max(1)))
    boxes, scores = (np.concatenate(t) for t in zip(*found))
    return finish(boxes, scores, k, 0.2, 0.4)


class BigCars:
    """The starting network as a detector: TensorFlow's SSD anchors and box code."""

    def __init__(self, path):
        from ai_edge_litert.interpreter import Interpreter
        self.net = Interpreter(path, num_threads=1)
        self.net.allocate_tensors()
        self.into = self.net.get_input_details()[0]["index"]
        self.out = {tuple(d["shape"])[-1]: d["index"] for d in self.net.get_output_details()}
        scales = [0.2 + 0.15 * k for k in range(6)] + [1.0]
        anchors = []
        for k, n in enumerate((19, 10, 5, 3, 2, 1)):
            s = scales[k]
            shapes = [(0.1, 1), (s, 2), (s, 0.5)] if k == 0 else [
                (s, 1), (s, 2), (s, 0.5), (s, 3), (s, 1 / 3), ((s * scales[k + 1]) ** 0.5, 1)]
            for y in range(n):
                for x in range(n):
                    anchors += [((x + 0.5) / n, (y + 0.5) / n, w * r ** 0.5, w / r ** 0.5) for w, r in shapes]
        self.anchors = np.array(anchors, np.float32)

    def __call__(self, image):
        h, w = image.shape[:2]
        x = cv2.resize(image[:, :, ::-1], (300, 300), interpolation=cv2.INTER_AREA)
        self.net.set_tensor(self.into, x[None].astype(np.float32) / 127.5 - 1)
        self.net.invoke()
        codes = self.net.get_tensor(self.out[4]).reshape(-1, 4)
        logits = self.net.get_tensor(self.out[24]).reshape(-1, 24)
        scores = 1 / (1 + np.exp(-logits[:, [18, 23]].max(1)))
        a = self.anchors
        centre = codes[:, [1, 0]] / 10 * a[:, 2:] + a[:, :2]
        size = np.exp(codes[:, [3, 2]] / 5) * a[:, 2:]
        return finish(np.concatenate([centre, size], 1) * np.tile([w, h], 2), scores, 1, 0.2, 0.5)


def views(net, image):
    """A network of ours at all VIEWS: class index -> rows."""
    found = {cls: [] for cls in range(len(C.CLASSES))}
    run = lambda y, uv: net.run(["logits", "deltas"], {"y": y, "uv": uv})
    for v, (side, mirrored) in enumerate(VIEWS):
        y, uv, k = prepare_image(np.ascontiguousarray(image[:, ::-1]) if mirrored else image, side)
        for cls, score, box in detect(run, y, uv, 0.1):
            box = box / k
            if mirrored:
                box[[0, 2]] = image.shape[1] - box[[2, 0]]
            found[cls].append((v, score, *box))
    out = {}
    for cls, list_ in found.items():
        all_ = np.array(list_, np.float32).reshape(-1, 6)
        merged = []
        for i in nms(all_[:, 2:], all_[:, 1], 0.5):
            mine = all_[overlap(all_[i, 2:], all_[:, 2:]) > 0.5]
            best = np.zeros(len(VIEWS))
            np.maximum.at(best, mine[:, 0].astype(int), mine[:, 1])
            box = (mine[:, 2:] * mine[:, 1:2] ** 2).sum(0) / (mine[:, 1] ** 2).sum()
            merged.append((box, best.mean(), best.max()))
        out[cls] = rows(*zip(*merged)) if merged else []
    return out


def look(task):
    args, pictures = task
    cv2.setNumThreads(1)
    car_net, plate_net, own = (session(p) if p else None for p in (args.cars, args.plates, args.own))
    big = BigCars(args.big_cars) if args.big_cars else None
    out = {}
    for p in pictures:
        image = cv2.imread(p.path, cv2.IMREAD_COLOR)
        entry = out[os.path.relpath(p.path, args.data)] = {}
        if car_net:
            entry["car"] = cars(car_net, image)
        if big:
            entry["bigcar"] = big(image)
        if plate_net:
            entry["plate"] = plates(plate_net, image)
        if own:
            found = views(own, image)
            entry["self"], entry["selfcar"] = found[C.PLATE], found[C.CAR]
    return out


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--data", required=True)
    a.add_argument("--cars")
    a.add_argument("--plates")
    a.add_argument("--big-cars")
    a.add_argument("--self", dest="own", help="ONNX file of a network of ours")
    a.add_argument("--out", required=True, help="what it holds already is kept and added to")
    a.add_argument("--jobs", type=int, default=1)
    args = a.parse_args()
    out = json.load(open(args.out)) if os.path.exists(args.out) else {}
    pictures = load_split(args.data, "train")
    tasks = [(args, pictures[i:i + 50]) for i in range(0, len(pictures), 50)]
    with mp.get_context("spawn").Pool(args.jobs) as pool:
        for i, part in enumerate(pool.imap_unordered(look, tasks)):
            for path, entry in part.items():
                out.setdefault(path, {}).update(entry)
            print(f"{i + 1} / {len(tasks)}", flush=True)
    json.dump(out, open(args.out + ".new", "w"))
    os.replace(args.out + ".new", args.out)


if __name__ == "__main__":
    main()
