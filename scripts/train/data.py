"""Pictures and boxes: COCO-style folders, a decoded cache, augmentation."""

import json
import os
import zlib

import cv2
import numpy as np

import config as C
import voc

cv2.setNumThreads(1)

#: How often a picture of a source is drawn, relative to the others.
WEIGHTS = {
    "oi_plate": 1.0, "oi_car_plate": 1.4, "romania_dashcam": 0.6, "kaggle_cars": 0.8,
    "roboflow_plat": 0.5, "us_reddit": 0.5, "gray_mixed": 0.25, "traffic_top": 1.0,
    "indo_vehicles": 1.0,
}
#: Sources whose pictures were stretched to a square by their exporter.
SQUARED = {"roboflow_plat", "us_reddit", "gray_mixed"}
#: Sources in which every plate is labelled.
COMPLETE = {"oi_plate", "oi_car_plate"}
CACHE_MAX_SIDE = 1024
#: Kinds of boxes: trained as found, or neither found nor background, or what was taken for a plate
#: and is none: background that is looked at more often. Between IGNORE and POSITIVE the kind is the
#: share of a full score that a box is trained towards.
POSITIVE, IGNORE, HARD = 1, 0, 2


class Picture:
    """One picture: its file, size, known classes and boxes.

    `boxes` is [n, 6]: x1, y1, x2, y2 in pixels, class index, kind.
    """

    __slots__ = ("path", "source", "width", "height", "known", "boxes")

    def __init__(self, path, source, width, height, known, boxes):
        self.path, self.source, self.width, self.height = path, source, width, height
        self.known, self.boxes = known, boxes


def load_split(data, split, extra=None):
    """Pictures of `splits.json`'s `split`; `extra` is the teachers' file
    (see teach.py): path -> {"car": [[x1,y1,x2,y2,score]...], "plate": ...}."""
    if voc.is_voc(data):
        return voc.load_voc(data, split, Picture)
    wanted = wanted_of(data, split)
    teachers = json.load(open(extra)) if extra and os.path.exists(extra) else {}
    index = {label: i for i, labels in enumerate(C.LABELS) for label in labels}
    out = []
    for source in sorted(os.listdir(data)):
        file = os.path.join(data, source, "annotations.json")
        if not os.path.exists(file):
            continue
        coco = json.load(open(file))
        names = {c["id"]: index.get(c["name"]) for c in coco["categories"]}
        by_image = {}
        for a in coco["annotations"]:
            by_image.setdefault(a["image_id"], []).append(a)
        for im in coco["images"]:
            rel = f"{source}/images/{im['file_name']}"
            if not wanted(rel):
                continue
            labelled = {index.get(c) for c in im["labeled"]} if "labeled" in im else set(names.values())
            known = [i in labelled for i in range(len(C.CLASSES))]
            boxes = []
            for a in by_image.get(im["id"], []):
                x, y, w, h = a["bbox"]
                cls = names[a["category_id"]]
                if cls is None:
                    continue
                kind = IGNORE if a.get("iscrowd") else POSITIVE
                boxes.append([x, y, x + w, y + h, cls, kind])
            if rel in teachers and split == "train":
                known, boxes = add_taught(known, boxes, teachers[rel], source)
            out.append(Picture(os.path.join(data, rel), source, im["width"], im["height"], known,
                               np.array(boxes, np.float32).reshape(-1, 6)))
    return out


def wanted_of(data, split):
    """Whether a picture belongs to `split`: by `splits.json`, or else one in six is for validation."""
    file = os.path.join(data, "splits.json")
    if os.path.exists(file):
        return set(json.load(open(file))[split]).__contains__
    return lambda rel: (zlib.crc32(rel.encode()) % voc.VALIDATION_SHARE == 0) == (split == "val")


def add_taught(known, boxes, taught, source):
    """Complete labels with teachers' boxes.

    Cars: where cars are unlabelled, sure boxes become labels, unsure ones are
    ignored, and the rest is background, provided every labelled plate lies in
    a box the teacher found (it misses cars that are seen only in part). Where
    cars are labelled, unmatched teacher boxes are ignored. Plates, in sources
    whose labels are incomplete: plate-like finds and whole cars without a
    labelled plate are never trained as background.
    """
    known, boxes = list(known), [list(b) for b in boxes]
    labelled = {cls: [b for b in boxes if b[4] == cls] for cls in (C.CAR, C.PLATE)}
    inside = lambda plate, car: (car[0] <= (plate[0] + plate[2]) / 2 <= car[2] and
                                 car[1] <= (plate[1] + plate[3]) / 2 <= car[3])
    cars = merge_cars(taught)
    for *box, vote in cars:
        if any(iou(box, b) > 0.4 for b in labelled[C.CAR]):
            continue
        sure = vote >= 1 and not known[C.CAR]
        boxes.append([*box, C.CAR, prominence(box, taught) if sure else IGNORE])
    whole = [c for c in cars if c[4] >= 0.6] + [[*b[:4], 1] for b in labelled[C.CAR]]
    if all(any(inside(p, c) for c in whole) for p in labelled[C.PLATE]):
        known[C.CAR] = True
    if not known[C.PLATE]:
        return known, boxes
    far = [t for t in taught.get("plate", []) if not any(iou(t, b) > 0.2 for b in labelled[C.PLATE])]
    own = [t for t in taught.get("self", []) if not any(iou(t, b) > 0.15 for b in labelled[C.PLATE])]
    for x1, y1, x2, y2, mean, best in own:
        box = (x1, y1, x2, y2)
        if best < 0.3:
            continue
        peer = max([t[4] for t in far if iou(box, t) > 0.3], default=0)
        if any(near(box, p) for p in labelled[C.PLATE]):
            continue
        mine = sorted((c for c in whole if inside(box, c)), key=lambda c: (c[2] - c[0]) * (c[3] - c[1]))[:1]
        free = mine and not any(inside(p, c) for p in labelled[C.PLATE] for c in mine)
        if source in COMPLETE:
            sure = free and mean >= 0.4 and peer >= 0.35
        else:
            sure = mean >= 0.4 and peer >= 0.35 or (mean >= 0.6 and free)
        if sure:
            kind = POSITIVE
        elif (peer and not mine) or free or source not in COMPLETE:
            kind = IGNORE
        else:
            kind = HARD
        boxes.append([*box, C.PLATE, kind])
    for x1, y1, x2, y2, score in far:
        if not any(iou((x1, y1, x2, y2), t) > 0.3 for t in own) and (source not in COMPLETE or score >= 0.35):
            boxes.append([x1, y1, x2, y2, C.PLATE, IGNORE])
    if source not in COMPLETE:
        for x1, y1, x2, y2, _ in taught.get("car", []):
            if not any(inside(p, (x1, y1, x2, y2)) for p in labelled[C.PLATE]):
                boxes.append([x1, y1, x2, y2, C.PLATE, IGNORE])
    return known, boxes


def prominence(box, taught):
    """How much of a car a box is, as people label them: 0.4 (far, in a row of others) to 1 (in front).

    The Open Images SSD was trained on such labels, and its score says it; it is blind to small cars.
    """
    score = max([t[4] for t in taught.get("bigcar", []) if iou(box, t) > 0.5], default=0)
    return float(np.clip(0.3 + score, 0.4, 1))


def near(box, plate):
    """Whether a box touches a plate's surroundings: it is the plate, badly seen."""
    w, h = plate[2] - plate[0], plate[3] - plate[1]
    cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return (plate[0] - w / 2 < cx < plate[2] + w / 2) and (plate[1] - h < cy < plate[3] + h)


def merge_cars(taught):
    """[x1, y1, x2, y2, vote]: cars that one teacher is sure of or two see; a vote from 1 is sure."""
    found = [[*t[:4], t[4] / 0.5] for t in taught.get("car", [])]
    found += [[*t[:4], t[4] / 0.5] for t in taught.get("bigcar", []) if t[4] >= 0.3]
    found += [[*t[:4], t[4] / 0.65] for t in taught.get("selfcar", []) if t[4] >= 0.25]
    found.sort(key=lambda f: -f[4])
    out = []
    for f in found:
        same = next((o for o in out if iou(o, f) > 0.55), None)
        if same is None:
            out.append(f)
        else:
            same[4] += f[4] * 0.5
    return out


def positive(boxes):
    return (boxes[:, 5] > IGNORE) & (boxes[:, 5] <= POSITIVE)


def iou(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h
    return w * h / union


class Cache:
    """All pictures decoded once into one file of bytes that is mapped."""

    def __init__(self, pictures, folder):
        os.makedirs(folder, exist_ok=True)
        index_file, bytes_file = os.path.join(folder, "index.json"), os.path.join(folder, "pixels.bin")
        self.index = json.load(open(index_file)) if os.path.exists(index_file) else {}
        todo = [p for p in pictures if p.path not in self.index]
        if todo:
            with open(bytes_file, "ab") as f:
                for p in todo:
                    image = cv2.imread(p.path, cv2.IMREAD_COLOR)
                    side = max(image.shape[:2])
                    if side > CACHE_MAX_SIDE:
                        k = CACHE_MAX_SIDE / side
                        image = cv2.resize(image, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
                    self.index[p.path] = [f.tell(), image.shape[0], image.shape[1]]
                    f.write(image.tobytes())
            json.dump(self.index, open(index_file, "w"))
        self.pixels = np.memmap(bytes_file, np.uint8, "r")

    def get(self, picture):
        """The picture (BGR) and the scale of it against the file's size."""
        at, h, w = self.index[picture.path]
        return self.pixels[at:at + h * w * 3].reshape(h, w, 3), w / picture.width


# ---------------------------------------------------------------- augmentation

def target_width(rng):
    """The plate width, in pixels, that a crop is scaled to."""
    r = rng.random()
    low, high = (6, 60) if r < 0.65 else (30, 180) if r < 0.95 else (150, 300)
    return np.exp(rng.uniform(np.log(low), np.log(high)))


def place(rng, canvas, known, boxes_out, tile, picture, cache):
    """Draw a random window of a picture into a tile of the canvas."""
    x0, y0, tw, th = tile
    image, k = cache.get(picture)
    boxes = picture.boxes.copy()
    boxes[:, :4] *= k
    h, w = image.shape[:2]
    plates = boxes[((boxes[:, 4] == C.PLATE) | (C.PLATE is None)) & (positive(boxes))]
    focus = None
    fit = max(tw / w, th / h)
    hard = boxes[boxes[:, 5] == HARD]
    boxes = boxes[boxes[:, 5] != HARD]
    r = rng.random() if C.AUGMENT else 0
    if r < 0.22 and tw == canvas.shape[1] and th == canvas.shape[0]:
        s = min(tw / w, th / h) * rng.uniform(0.85, 1.0)
    elif len(hard) and r < 0.5:
        focus = hard[rng.integers(len(hard))]
        s = np.exp(rng.uniform(np.log(8), np.log(80))) / max(focus[2] - focus[0], 2.0)
        s = float(np.clip(s, 0.75 * fit, max(2.0, fit)))
    elif len(plates) and rng.random() < 0.85:
        focus = plates[rng.integers(len(plates))]
        s = target_width(rng) / max(focus[2] - focus[0], 2.0)
        s = float(np.clip(s, 0.75 * fit, max(2.0, fit)))
    else:
        s = float(fit * np.exp(rng.uniform(np.log(0.8), np.log(2.2))))
    sx, sy = s, s * np.exp(rng.normal(0, 0.10))
    if picture.source in SQUARED:
        sy *= rng.uniform(0.65, 1.0)
    # The window of the source that the tile shows; a focused plate lands anywhere in it.
    vw, vh = tw / sx, th / sy
    if focus is not None:
        cx, cy = (focus[0] + focus[2]) / 2, (focus[1] + focus[3]) / 2
        left = cx - rng.uniform(0.08, 0.92) * vw
        top = cy - rng.uniform(0.08, 0.92) * vh
    else:
        left, top = rng.uniform(0, max(w - vw, 0)), rng.uniform(0, max(h - vh, 0))
    # Keep the window inside the picture where it fits.
    left = np.clip(left, min(0, w - vw), max(0, w - vw))
    top = np.clip(top, min(0, h - vh), max(0, h - vh))
    a, b = int(max(0, np.floor(left))), int(max(0, np.floor(top)))
    c, d = int(min(w, np.ceil(left + vw))), int(min(h, np.ceil(top + vh)))
    dw, dh = max(1, int(round((c - a) * sx))), max(1, int(round((d - b) * sy)))
    dw, dh = min(dw, tw + 8), min(dh, th + 8)
    sx, sy = dw / (c - a), dh / (d - b)
    how = (cv2.INTER_AREA if rng.random() < 0.7 or s < 0.5 else cv2.INTER_LINEAR) if s < 1 else (
        cv2.INTER_LINEAR if rng.random() < 0.5 else cv2.INTER_CUBIC)
    piece = cv2.resize(image[b:d, a:c], (dw, dh), interpolation=how)
    ox = 0 if dw >= tw else int(rng.integers(0, tw - dw + 1)) * (rng.random() < 0.5)
    oy = 0 if dh >= th else int(rng.integers(0, th - dh + 1)) * (rng.random() < 0.5)
    pw, ph = min(dw, tw - ox), min(dh, th - oy)
    piece = piece[:ph, :pw]
    boxes[:, [0, 2]] = (boxes[:, [0, 2]] - a) * sx
    boxes[:, [1, 3]] = (boxes[:, [1, 3]] - b) * sy
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
        boxes[:, [0, 2]] = pw - boxes[:, [2, 0]]
    if rng.random() < 0.8:
        piece = colour(rng, piece)
    canvas[y0 + oy:y0 + oy + ph, x0 + ox:x0 + ox + pw] = piece
    for cls in range(len(C.CLASSES)):
        if not picture.known[cls]:
            known[cls, y0 + oy:y0 + oy + ph, x0 + ox:x0 + ox + pw] = 0
    for bx in boxes:
        full = max((bx[2] - bx[0]) * (bx[3] - bx[1]), 1e-3)
        x1, y1, x2, y2 = max(bx[0], 0), max(bx[1], 0), min(bx[2], pw), min(bx[3], ph)
        if x2 - x1 <= 1 or y2 - y1 <= 1:
            continue
        seen, kind = (x2 - x1) * (y2 - y1) / full, bx[5]
        if seen < 0.12:
            continue
        if kind == IGNORE:
            pass
        elif bx[4] == C.PLATE and (seen < 0.4 or x2 - x1 < 5 or y2 - y1 < 2.5):
            kind = IGNORE
        elif bx[4] != C.PLATE and (seen < 0.25 or x2 - x1 < 10 or y2 - y1 < 8):
            kind = IGNORE
        boxes_out.append([x1 + x0 + ox, y1 + y0 + oy, x2 + x0 + ox, y2 + y0 + oy, bx[4], kind])


def colour(rng, image):
    """Brightness, contrast, gamma, colour cast, saturation; now and then night."""
    x = np.arange(256, dtype=np.float32) / 255
    night = rng.random() < 0.12
    gamma = np.exp(rng.normal(0, 0.28)) * (rng.uniform(1.5, 2.6) if night else 1)
    gain = np.exp(rng.normal(0, 0.18)) * (rng.uniform(0.5, 0.9) if night else 1)
    offset = rng.normal(0, 0.05)
    spread = 0.16 if night else 0.06
    cast = np.exp(rng.normal(0, spread, 3) * (rng.random() < 0.6))
    table = np.clip((x[:, None] ** gamma) * gain * cast + offset, 0, 1) * 255
    image = cv2.LUT(np.ascontiguousarray(image), table.astype(np.uint8).reshape(1, 256, 3))
    r = rng.random()
    if r < 0.45:
        keep = 0.0 if r < 0.05 else rng.uniform(0.4, 1.5)
        gray = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        image = cv2.addWeighted(image, keep, gray, 1 - keep, 0)
    return image


def camera(rng, image):
    """What a camera and its encoder do: blur, motion, noise, sharpening, blocks."""
    r = rng.random()
    if r < 0.15:
        n = int(rng.integers(3, 10))
        kernel = np.zeros((n, n), np.float32)
        angle = rng.uniform(0, np.pi) if rng.random() < 0.5 else rng.normal(0, 0.2)
        dx, dy = np.cos(angle) * (n - 1) / 2, np.sin(angle) * (n - 1) / 2
        m = (n - 1) / 2
        cv2.line(kernel, (int(round(m - dx)), int(round(m - dy))),
                 (int(round(m + dx)), int(round(m + dy))), 1)
        image = cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1))
    elif r < 0.30:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.6))
    elif r < 0.40:
        h, w = image.shape[:2]
        k = rng.uniform(0.4, 0.9)
        small = cv2.resize(image, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)
    elif r < 0.52:
        soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.8, 1.5))
        a = rng.uniform(0.3, 1.2)
        image = cv2.addWeighted(image, 1 + a, soft, -a, 0)
    if rng.random() < 0.03:  # flat shading, as rendered scenes have it
        image = cv2.bilateralFilter(image, 5, 50, 5)
    if rng.random() < 0.25:
        h, w = image.shape[:2]
        amount = rng.uniform(2, 14)
        grain = np.empty((h, w, 3), np.int8)
        cv2.randn(grain, (0,) * 3, (amount,) * 3)
        if rng.random() < 0.4:
            grain = cv2.GaussianBlur(grain.astype(np.int16), (3, 3), 0)
        image = np.clip(image.astype(np.int16) + grain, 0, 255).astype(np.uint8)
    r = rng.random()
    if r < 0.12:
        image = blocks(rng, image)
    elif r < 0.35:
        quality = int(rng.integers(15, 80))
        image = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)
    return image


def blocks(rng, image):
    """What H.264 at a low rate leaves: each 8x8 block keeps its coarse cosine waves, edges of blocks
    are smoothed as the deblocking filter does."""
    h, w = image.shape[0] // 8 * 8, image.shape[1] // 8 * 8
    planes = cv2.cvtColor(image[:h, :w], cv2.COLOR_BGR2YCrCb).astype(np.float32) - 128
    step = np.exp(rng.uniform(np.log(10), np.log(90)))
    waves = np.add.outer(np.arange(8), np.arange(8))
    for i in range(3):
        quantum = step * (1 + 0.12 * waves) * (1 if i == 0 else 1.6)
        tiled = planes[:, :, i].reshape(h // 8, 8, w // 8, 8).transpose(0, 2, 1, 3)
        code = DCT @ tiled @ DCT.T
        # A dead zone, as encoders have it: small waves vanish.
        code = np.sign(code) * np.floor(np.abs(code) / quantum + 0.33) * quantum
        planes[:, :, i] = (DCT.T @ code @ DCT).transpose(0, 2, 1, 3).reshape(h, w)
    out = image.copy()
    out[:h, :w] = cv2.cvtColor(np.clip(planes + 128, 0, 255).astype(np.uint8), cv2.COLOR_YCrCb2BGR)
    if rng.random() < 0.7:
        soft = cv2.GaussianBlur(out, (3, 3), 0.7)
        for k in range(8, h, 8):
            out[k - 1:k + 1] = soft[k - 1:k + 1]
        for k in range(8, w, 8):
            out[:, k - 1:k + 1] = soft[:, k - 1:k + 1]
    return out


#: The orthonormal cosine transform of eight samples.
DCT = np.sqrt(2 / 8) * np.cos(np.pi / 8 * np.outer(np.arange(8), np.arange(8) + 0.5)).astype(np.float32)
DCT[0] /= np.sqrt(2)


def to_i420(bgr):
    """BGR (even sizes) -> luma [1,H,W] and chroma [2,H/2,W/2], BT.601 limited."""
    h, w = bgr.shape[:2]
    planes = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420)
    return planes[:h][None], planes[h:].reshape(2, h // 2, w // 2)


class Sampler:
    """Makes training samples; one instance per loading process."""

    def __init__(self, pictures, cache, seed):
        self.pictures, self.cache = pictures, cache
        p = np.array([WEIGHTS.get(x.source, 1.0) for x in pictures], np.float64)
        self.cumulative = np.cumsum(p / p.sum())
        self.rng = np.random.default_rng(seed)

    def pick(self):
        i = int(np.searchsorted(self.cumulative, self.rng.random()))
        return self.pictures[min(i, len(self.pictures) - 1)]

    def tiles(self, size):
        if not C.AUGMENT:
            return [(0, 0, size, size)]
        r = self.rng.random()
        if r < 0.5:
            return [(0, 0, size, size)]
        a = int(size * self.rng.uniform(0.35, 0.65)) // 8 * 8
        if r < 0.65:
            return [(0, 0, a, size), (a, 0, size - a, size)]
        if r < 0.75:
            return [(0, 0, size, a), (0, a, size, size - a)]
        b = int(size * self.rng.uniform(0.35, 0.65)) // 8 * 8
        return [(0, 0, a, b), (a, 0, size - a, b), (0, b, a, size - b), (a, b, size - a, size - b)]

    def sample(self, size):
        """(y, uv, known [2, size/8, size/8], boxes [n, 6])"""
        rng = self.rng
        canvas = np.empty((size, size, 3), np.uint8)
        canvas[:] = rng.integers(0, 256, 3) if rng.random() < 0.5 else (16, 16, 16)
        known = np.ones((len(C.CLASSES), size, size), np.uint8)
        boxes = []
        for tile in self.tiles(size):
            place(rng, canvas, known, boxes, tile, self.pick(), self.cache)
        y, uv = to_i420(camera(rng, canvas) if C.AUGMENT else canvas)
        return y, uv, known[:, 4::8, 4::8], np.array(boxes, np.float32).reshape(-1, 6)

    def batch(self, size, count):
        y, uv, known, boxes = zip(*(self.sample(size) for _ in range(count)))
        return np.stack(y), np.stack(uv), np.stack(known), list(boxes)
