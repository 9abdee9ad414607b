"""An exported fp32 network back as one that can be trained: no checkpoint is needed for fine-tuning.

The graph is walked as graph.py writes it, and every constant is read instead of written. Batch
norms become the identity with the folded bias; they are to keep their statistics (`fix_norms`).
"""

import json
import os

import numpy as np
import onnx
import torch
from onnx import numpy_helper

import config as C
from graph import Builder, build


class Reader(Builder):
    """Stands in for the Builder and fills the network with a file's constants."""

    def __init__(self, path):
        super().__init__()
        self.file = path
        self.values = {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}

    def value(self, name, shape):
        got = self.values.get(name)
        if got is None or got.shape != tuple(shape):
            raise SystemExit(f"{self.file}: '{name}' is {'missing' if got is None else got.shape}, not {tuple(shape)}: "
                             "only an fp32 file that export.py wrote with this configuration can be read")
        return torch.from_numpy(got.copy())

    @torch.no_grad()
    def conv_bn(self, x, conv, bn, name, act):
        conv.weight.copy_(self.value(f"{name}.weight", conv.weight.shape))
        identity(bn, self.value(f"{name}.bias", bn.bias.shape))
        return super().conv_bn(x, conv, bn, name, act)


@torch.no_grad()
def identity(bn, bias):
    bn.weight.fill_(1)
    bn.running_mean.zero_()
    bn.running_var.fill_(1 - bn.eps)
    bn.bias.copy_(bias)


@torch.no_grad()
def stem_weights(wy, wc):
    """RGB weights [O,3,3,3] that fold to these luma and chroma weights (see model.Stem).

    Many do: a chroma sample's whole weight goes to the first of its pixels.
    """
    yuv = torch.zeros(len(wy), 3, 3, 3)
    yuv[:, :1] = wy
    yuv[:, 1:, 0::2, 0::2] = wc
    back = torch.from_numpy(np.linalg.inv(np.array(C.YUV_TO_RGB))).float() * 127.5
    return torch.einsum("opkl,pc->ockl", yuv, back)


@torch.no_grad()
def load(net, path):
    """Fill `net` (a Detector) from an fp32 file; the outputs are those of the file."""
    reader, classes = Reader(path), classes_of(path)
    build(net, reader)
    stem = net.features[0]
    stem.conv.weight.copy_(stem_weights(reader.value("stem.y.weight", (32, 1, 3, 3)),
                                        reader.value("stem.uv.weight", (32, 2, 2, 2))))
    identity(stem.bn, reader.value("stem.uv.bias", (32,)))
    variances = torch.tensor([C.VARIANCES[0]] * 2 + [C.VARIANCES[1]] * 2).repeat(C.PRIORS_PER_CELL)
    for (stride, _), head in zip(C.LEVELS, net.heads):
        for conv, kind, scale in ((head.cls, "cls", None), (head.box, "box", variances)):
            outputs = 4 if kind == "box" else len(classes)
            count = C.PRIORS_PER_CELL * outputs
            weight = reader.value(f"head{stride}.{kind}.weight", (count, *conv.weight.shape[1:]))
            bias = reader.value(f"head{stride}.{kind}.bias", (count,))
            if scale is not None:  # deltas -> prior units
                conv.weight.copy_(weight * scale[:, None, None, None])
                conv.bias.copy_(bias * scale)
                continue
            for i, name in enumerate(C.CLASSES):  # classes that the file lacks begin anew
                if name in classes:
                    j = classes.index(name)
                    conv.weight[i::len(C.CLASSES)] = weight[j::outputs]
                    conv.bias[i::len(C.CLASSES)] = bias[j::outputs]
    return net


def classes_of(path):
    """The classes of the card beside a file."""
    card = path.replace(".fp32.onnx", ".json")
    if not path.endswith(".fp32.onnx") or not os.path.exists(card):
        raise SystemExit(f"{path}: no model card beside it; give the .fp32.onnx file of a folder that export.py wrote")
    with open(card) as f:
        return json.load(f)["classes"]
