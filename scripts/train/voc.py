"""Pascal VOC XML, as labelImg writes it, read as COCO-style sources are.

A folder holds pictures with an XML beside each, or `Annotations/` and `JPEGImages/`. A picture
whose XML has no object counts as empty; one without XML is left out. `difficult` objects are
neither found nor background.
"""

import glob
import os
import xml.etree.ElementTree as ET
import zlib

import cv2
import numpy as np

import config as C

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
#: One picture in so many is kept for validation, if no `ImageSets/Main/val.txt` says which.
VALIDATION_SHARE = 6


def is_voc(folder):
    return bool(xml_files(folder))


def xml_files(folder):
    annotations = os.path.join(folder, "Annotations")
    return sorted(glob.glob(os.path.join(annotations if os.path.isdir(annotations) else folder, "*.xml")))


def picture_of(folder, xml, root):
    """The picture an XML speaks of: the name it gives, or its own, in the likely places."""
    stem = os.path.splitext(os.path.basename(xml))[0]
    names = [root.findtext("filename") or ""] + [stem + e for e in ENDINGS]
    for place in (os.path.join(folder, "JPEGImages"), os.path.dirname(xml), folder):
        for name in names:
            path = os.path.join(place, os.path.basename(name))
            if name and os.path.isfile(path):
                return path
    raise SystemExit(f"{xml}: its picture '{names[0] or stem}' is neither beside it nor in JPEGImages/")


def load_voc(folder, split, make_picture):
    """Pictures of `split` ("train" or "val"); `make_picture` is data.Picture."""
    from data import IGNORE, POSITIVE
    index = {label: i for i, labels in enumerate(C.LABELS) for label in labels}
    out, seen, foreign = [], set(), set()
    listed = os.path.join(folder, "ImageSets", "Main", "val.txt")
    listed = set(open(listed).read().split()) if os.path.exists(listed) else None
    for xml in xml_files(folder):
        try:
            root = ET.parse(xml).getroot()
        except ET.ParseError as e:
            raise SystemExit(f"{xml}: not XML ({e})")
        stem = os.path.splitext(os.path.basename(xml))[0]
        kept = stem in listed if listed is not None else zlib.crc32(stem.encode()) % VALIDATION_SHARE == 0
        path = picture_of(folder, xml, root)
        boxes = []
        for o in root.iter("object"):
            label = (o.findtext("name") or "").strip()
            if label not in index:
                foreign.add(label)
                continue
            b = o.find("bndbox")
            corners = [float(b.findtext(k)) for k in ("xmin", "ymin", "xmax", "ymax")]
            kind = IGNORE if (o.findtext("difficult") or "0").strip() == "1" else POSITIVE
            boxes.append([*corners, index[label], kind])
            seen.add(index[label])
        if kept == (split == "val"):
            out.append((path, boxes))
    if foreign and split == "train":
        print(f"{folder}: labels that are no class and are passed over: {', '.join(sorted(foreign))}")
    if not seen:
        raise SystemExit(f"{folder}: no object is labelled {' or '.join(sorted(index))}: name your labels with --classes")
    # A class that is nowhere labelled is unknown here, not absent.
    known = [i in seen for i in range(len(C.CLASSES))]
    name, pictures = os.path.basename(os.path.abspath(folder)), []
    for path, boxes in out:
        image = cv2.imread(path)
        if image is None:
            raise SystemExit(f"{path}: not a picture")
        h, w = image.shape[:2]
        pictures.append(make_picture(path, name, w, h, known, np.array(boxes, np.float32).reshape(-1, 6)))
    return pictures
