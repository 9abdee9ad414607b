"""INT8 copy of an exported network: static QDQ, per-channel weights.

Activations are unsigned bytes, weights signed. Every ReLU6 is absorbed by the
quantiser behind it (scale 6/255, zero point 0), so that onnxruntime fuses
convolutions to QLinearConv. The last 1x1 convolutions stay in float: they are
cheap, and scores and boxes keep their resolution.

    python quantise.py --data DIR --model models/bokashi-v1.fp32.onnx --out models/bokashi-v1.int8.onnx
"""

import argparse
import os
import tempfile

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from data import load_split
from evaluate import prepare


class Reader(CalibrationDataReader):
    """Training pictures at a few sizes, as the product feeds them."""

    def __init__(self, pictures, sides):
        self.items = iter([(p, s) for i, p in enumerate(pictures) for s in [sides[i % len(sides)]]])

    def get_next(self):
        item = next(self.items, None)
        if item is None:
            return None
        y, uv, _ = prepare(item[0].path, item[1])
        return {"y": y, "uv": uv}


def pick(pictures, count, seed=3):
    rng = np.random.default_rng(seed)
    return [pictures[i] for i in rng.choice(len(pictures), count, replace=False)]


def quantise(model_path, out, pictures, sides=(640, 512, 640)):
    model = onnx.load(model_path)
    last = [n.name for n in model.graph.node if n.op_type == "Conv" and n.name.split(".")[1] in ("cls", "box")]
    ranges = {}
    for n in model.graph.node:  # ReLU6 outputs: always 0..6
        if n.op_type == "Clip":
            ranges[n.output[0]] = [{"quant_type": QuantType.QUInt8, "rmin": np.float32(0), "rmax": np.float32(6)}]
    for name, low, high in (("y.centred", -127.5, 127.5), ("uv.centred", -128, 127)):  # one level a step
        ranges[name] = [{"quant_type": QuantType.QUInt8, "rmin": np.float32(low), "rmax": np.float32(high)}]
    # The mean of the pictures' ranges: the extremes of a single one would cost everyone else's resolution.
    options = {"ActivationSymmetric": False, "WeightSymmetric": True, "CalibMovingAverage": True,
               "TensorQuantOverrides": ranges}
    quantize_static(
        model_path, out, Reader(pictures, sides), quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv", "Add", "Clip", "Resize"], per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, nodes_to_exclude=last,
        calibrate_method=CalibrationMethod.MinMax, extra_options=options)


def fused_ops(path):
    """Operator counts of the graph onnxruntime really runs."""
    import collections
    import onnxruntime as ort
    with tempfile.TemporaryDirectory() as folder:
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = os.path.join(folder, "o.onnx")
        ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        nodes = onnx.load(options.optimized_model_filepath).graph.node
    return collections.Counter(n.op_type for n in nodes)


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--data", required=True)
    a.add_argument("--model", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--pictures", type=int, default=96)
    args = a.parse_args()
    quantise(args.model, args.out, pick(load_split(args.data, "train"), args.pictures))
    print(dict(fused_ops(args.out)))


if __name__ == "__main__":
    main()
