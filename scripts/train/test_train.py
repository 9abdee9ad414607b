"""Tests of what can go wrong silently: python -m unittest (in this folder)."""

import json
import os
import tempfile
import unittest

import cv2
import numpy as np
import onnx
import torch

import config as C
import export
import from_onnx
from data import HARD, IGNORE, add_taught, load_split, positive
from evaluate import average_precision, nms, onnx_runner
from graph import build
from half import halve
from loss import Loss
from model import Detector, make, make_priors

XML = """<annotation><filename>{name}</filename>{objects}</annotation>"""
OBJECT = """<object><name>{label}</name><difficult>{difficult}</difficult><bndbox><xmin>10</xmin>
<ymin>20</ymin><xmax>50</xmax><ymax>40</ymax></bndbox></object>"""


def shaken():
    """A network whose batch norms are not the identity."""
    torch.manual_seed(0)
    net = make()
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.running_mean.normal_(0, 0.2)
            m.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(m.weight, 0.5, 1.5)
            torch.nn.init.normal_(m.bias, 0, 0.2)
    return net.eval()


class Exported(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = os.path.join(cls.folder.name, "net.fp32.onnx")
        cls.net = shaken()
        onnx.save(build(cls.net), cls.path)
        with open(os.path.join(cls.folder.name, "net.json"), "w") as f:
            json.dump({"classes": C.CLASSES}, f)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_the_file_computes_what_pytorch_does(self):
        self.assertLess(export.compare(self.net, self.path), export.TOLERANCE)

    def test_a_file_read_back_computes_the_same(self):
        again = from_onnx.load(Detector(), self.path).eval()
        self.assertLess(export.compare(again, self.path), export.TOLERANCE)

    def test_a_class_that_the_file_lacks_leaves_the_others_as_they_were(self):
        before = C.CLASSES
        try:
            C.use_classes("bus,plate")
            again = from_onnx.load(Detector(), self.path).eval()
        finally:
            C.use_classes(",".join(before))
        y, uv = (torch.from_numpy(t[None].copy()) for t in (export.drawing()[0][None], export.drawing()[1]))
        with torch.no_grad():
            self.assertLess(float((again(y, uv)[0][..., 1] - self.net(y, uv)[0][..., 1]).abs().max()), 1e-3)

    def test_half_precision_stays_near(self):
        small = os.path.join(self.folder.name, "net.fp16.onnx")
        halve(self.path, small)
        y, uv = (t[None] for t in (export.drawing()[0][None], export.drawing()[1]))
        want, got = onnx_runner(self.path)(y, uv), onnx_runner(small)(y, uv)
        self.assertEqual(got[0].dtype, np.float32)
        self.assertLess(np.abs(want[0] - got[0]).max(), 0.1)
        self.assertLess(os.path.getsize(small), 0.55 * os.path.getsize(self.path))


class Article(unittest.TestCase):
    def test_the_articles_network_has_its_maps_and_computes_what_pytorch_does(self):
        C.use("article")
        try:
            net = shaken()
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "article.onnx")
                onnx.save(build(net), path)
                self.assertLess(export.compare(net, path), export.TOLERANCE)
            cells = sum(n * n for n in (19, 10, 5, 3, 2, 1))
            self.assertEqual(len(make_priors(300, 300)), cells * C.PRIORS_PER_CELL)
        finally:
            C.use("ours")


class Labels(unittest.TestCase):
    def setUp(self):
        self.before = C.CLASSES, C.LABELS
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        C.use_classes(",".join(self.before[0]))
        self.folder.cleanup()

    def write(self, stem, objects, places=("", "")):
        xml, picture = (os.path.join(self.folder.name, p) for p in places)
        os.makedirs(xml, exist_ok=True)
        os.makedirs(picture, exist_ok=True)
        with open(os.path.join(xml, stem + ".xml"), "w") as f:
            f.write(XML.format(name=stem + ".png", objects="".join(objects)))
        cv2.imwrite(os.path.join(picture, stem + ".png"), np.zeros((60, 80, 3), np.uint8))

    def read(self):
        return load_split(self.folder.name, "train") + load_split(self.folder.name, "val")

    def test_labelimg_xml_beside_the_picture(self):
        C.use_classes("car,plate=number_plate|plaque")
        self.write("a", [OBJECT.format(label="plaque", difficult=0), OBJECT.format(label="number_plate", difficult=1)])
        [p] = self.read()
        self.assertEqual((p.width, p.height), (80, 60))
        self.assertEqual(p.boxes.tolist(), [[10, 20, 50, 40, 1, 1], [10, 20, 50, 40, 1, IGNORE]])
        self.assertEqual(p.known, [False, True])  # cars are nowhere labelled: unknown, not absent

    def test_annotations_and_jpegimages_split_in_two_parts_without_overlap(self):
        for i in range(40):
            self.write(f"p{i}", [OBJECT.format(label="car", difficult=0)], ("Annotations", "JPEGImages"))
        train, val = ({p.path for p in load_split(self.folder.name, s)} for s in ("train", "val"))
        self.assertEqual((len(train | val), len(train & val)), (40, 0))
        self.assertGreater(len(val), 0)

    def test_labels_that_are_no_class_are_told(self):
        self.write("a", [OBJECT.format(label="boat", difficult=0)])
        with self.assertRaisesRegex(SystemExit, "--classes"):
            self.read()

    def test_an_unlabelled_plate_that_both_detectors_see_is_no_background(self):
        car, plate = [100, 100, 300, 250], [180, 200, 220, 212]
        taught = {"car": [[*car, 0.9]], "plate": [[*plate, 0.6]], "self": [[*plate, 0.7, 0.8]]}
        _, boxes = add_taught([False, True], [], taught, "oi_plate")
        self.assertTrue(any(b[4] == C.PLATE and b[5] == 1 for b in boxes))
        taught = {"self": [[*plate, 0.7, 0.8]]}  # alone, and on no car: a sign
        _, boxes = add_taught([False, True], [], taught, "oi_plate")
        self.assertEqual([b[5] for b in boxes if b[4] == C.PLATE], [HARD])


class Learning(unittest.TestCase):
    def test_ignored_and_unknown_places_cost_nothing(self):
        size, loss = 128, Loss()
        priors = len(make_priors(size, size))
        logits, outputs = torch.full((1, priors, 2), 3.0), torch.zeros(1, priors, 4)
        known = torch.zeros(1, 2, size // 8, size // 8, dtype=torch.uint8)
        none = torch.zeros(0, 6)
        self.assertEqual(float(loss(logits, outputs, known, [none], size, make_priors)[0]), 0)
        known[:] = 1
        everywhere = torch.tensor([[0, 0, size, size, c, IGNORE] for c in (0, 1)], dtype=torch.float32)
        self.assertGreater(float(loss(logits, outputs, known, [none], size, make_priors)[0]), 1)
        self.assertEqual(float(loss(logits, outputs, known, [everywhere], size, make_priors)[0]), 0)

    def test_kinds_between_ignore_and_positive_are_positive(self):
        boxes = np.array([[0, 0, 1, 1, 0, kind] for kind in (IGNORE, 0.5, 1, HARD)])
        self.assertEqual(positive(boxes).tolist(), [False, True, True, False])


class Figures(unittest.TestCase):
    def test_average_precision_by_hand(self):
        # Two of two found, one false alarm between them: (1 * 1/2) + (1/2 * 2/3).
        self.assertAlmostEqual(average_precision([(0.9, True), (0.8, False), (0.7, True)], 2), 0.5 + 0.5 * 2 / 3)

    def test_nms_keeps_the_best_of_overlapping_boxes(self):
        boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 20, 30, 30]], float)
        self.assertEqual(nms(boxes, np.array([0.5, 0.9, 0.3]), 0.4).tolist(), [1, 2])


if __name__ == "__main__":
    unittest.main()
