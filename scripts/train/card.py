"""The model card: what a reader of the network's output must know, and its figures."""

import hashlib
import json
import os
import time

import config as C
from evaluate import nms_iou

DATA = [
    ("oi_plate", "boxes CC BY 4.0, photos CC BY 2.0", "Open Images v4-v7, class Vehicle registration plate (Roboflow export \"google-licence-plates\", by way of unknowncz/LP_recognition)"),
    ("oi_car_plate", "boxes CC BY 4.0, photos CC BY 2.0", "Open Images v4-v7, cars and plates (Roboflow export \"vehicle\", by way of TechKhid/LicensePlateDetection)"),
    ("romania_dashcam", "MIT", "RobertLucian/license-plate-dataset"),
    ("kaggle_cars", "CC0 as listed at its origin", "andrewmvd/car-plate-detection"),
    ("roboflow_plat", "CC BY 4.0 as declared by the uploader", "Roboflow export in devmasyadi/Data-Model-Scan-Plat-Nomor-Kendaraan-Tensor-Flow"),
    ("us_reddit", "MIT as declared by the uploader", "Roboflow export in chirag-agrawal24/ANPR"),
    ("gray_mixed", "CC BY 4.0 as declared by the uploader", "Roboflow export in Ojus999/YOLOv5-ObjectDetection"),
    ("traffic_top", "CC BY 4.0 as declared by the uploader", "Roboflow export in KushanManahara/Dynamic-Traffic-Flow-Analysis-using-YOLOv8"),
    ("indo_vehicles", "CC BY 4.0 as declared by the uploader", "Roboflow export in adeirman46/Level2-FSD"),
]


OWN = ("of whoever trained this file", "pictures added for it")


def write(folder, counts, figures, scores, limits, precisions):
    """Write `<name>.json`; `counts` is source -> training pictures."""
    files = {}
    for p in precisions:
        file = f"{C.NAME}.{p}.onnx"
        data = open(os.path.join(folder, file), "rb").read()
        files[p] = {"file": file, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    known = {name: (licence, origin) for name, licence, origin in DATA}
    card = {
        "name": C.NAME,
        "version": C.VERSION,
        "created": time.strftime("%Y-%m-%d", time.gmtime()),
        "classes": C.CLASSES,
        "files": files,
        "input": {"layout": "i420", "multipleOf": C.MULTIPLE_OF, "range": [0, 255], "matrix": "bt601-limited"},
        "priors": {
            "variances": list(C.VARIANCES),
            "levels": [{"stride": s, "sizes": [list(wh) for wh in sizes]} for s, sizes in C.LEVELS],
        },
        "recommendedScores": scores,
        "nmsIoU": {c: nms_iou(c) for c in C.CLASSES},
        "profiles": {"512": {"longSide": 512}, "640": {"longSide": 640}, "960": {"longSide": 960}},
        "defaultProfile": "640",
        "trainingData": [
            {"name": n, "pictures": c, "licence": known.get(n, OWN)[0], "origin": known.get(n, OWN)[1]}
            for n, c in sorted(counts.items())],
        "figures": figures,
        "limits": limits,
        "licence": "MIT (weights); started from an Open Images SSD backbone under Apache-2.0; "
                   "training data under the licences listed",
    }
    path = os.path.join(folder, f"{C.NAME}.json")
    with open(path, "w") as f:
        json.dump(card, f, indent=2)
        f.write("\n")
    return path
