"""Make the starting backbone from the npm package @mediapipe/objectron (Apache-2.0).

    python start_network.py --data DIR --out backbone.npz [--tflite ssd.tflite]

Its asset file holds, behind a 184-byte label map, an SSD MobileNetV2 trained on
Open Images v4 as TFLite with half-precision weights. There batch norm is folded
into the convolutions; here it is unfolded again, with means and variances
measured on training pictures, so that gains and weights learn at their own pace.
The network computes the same before and after.
"""

import argparse
import hashlib
import os
import subprocess
import tarfile
import tempfile

import cv2
import numpy as np
import torch
import torch.nn as nn

from data import load_split
from evaluate import prepare
from model import Detector

PACKAGE = "@mediapipe/objectron@0.4.1675468480"
MEMBER = "package/objectron_solution_packed_assets.data"
OFFSET, SIZE = 184, 9987728
SHA256 = "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6"


def fetch():
    with tempfile.TemporaryDirectory() as folder:
        name = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True,
                              capture_output=True, text=True).stdout.strip().splitlines()[-1]
        with tarfile.open(os.path.join(folder, name)) as archive:
            data = archive.extractfile(MEMBER).read()[OFFSET:OFFSET + SIZE]
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise SystemExit(f"{PACKAGE} does not hold the expected network")
    return data


def convolutions(data):
    """(weight in PyTorch's order, bias) of every convolution, in order."""
    import tflite
    model = tflite.Model.GetRootAsModel(data, 0)
    graph = model.Subgraphs(0)
    made_by = {int(graph.Operators(i).Outputs(0)): graph.Operators(i) for i in range(graph.OperatorsLength())}

    def array(index):
        while graph.Tensors(index).Type() != tflite.TensorType.FLOAT16:  # behind a DEQUANTIZE
            index = int(made_by[index].Inputs(0))
        t = graph.Tensors(index)
        raw = model.Buffers(t.Buffer()).DataAsNumpy().tobytes()
        return np.frombuffer(raw, np.float16).astype(np.float32).reshape(t.ShapeAsNumpy())

    for i in range(graph.OperatorsLength()):
        o = graph.Operators(i)
        c = model.OperatorCodes(o.OpcodeIndex())
        code = max(c.BuiltinCode(), c.DeprecatedBuiltinCode())
        if code == tflite.BuiltinOperator.CONV_2D:
            yield array(int(o.Inputs(1))).transpose(0, 3, 1, 2), array(int(o.Inputs(2)))
        elif code == tflite.BuiltinOperator.DEPTHWISE_CONV_2D:
            yield array(int(o.Inputs(1))).transpose(3, 0, 1, 2), array(int(o.Inputs(2)))


@torch.no_grad()
def load_folded(net, data):
    convs = [m for m in net.features.modules() if isinstance(m, nn.Conv2d)]
    norms = [m for m in net.features.modules() if isinstance(m, nn.BatchNorm2d)]
    found = convolutions(data)
    for conv, bn in zip(convs, norms):
        weight, bias = next(f for f in found if f[0].shape == conv.weight.shape)  # heads lie between
        conv.weight.copy_(torch.from_numpy(weight.copy()))
        bn.weight.fill_(1)
        bn.running_mean.zero_()
        bn.running_var.fill_(1 - bn.eps)
        bn.bias.copy_(torch.from_numpy(bias))


@torch.no_grad()
def unfold(net, pictures):
    norms = [m for m in net.features.modules() if isinstance(m, nn.BatchNorm2d)]
    sums = {bn: [0, 0.0, 0.0] for bn in norms}

    def note(bn, _, out):
        s = sums[bn]
        s[0] += out.shape[0] * out.shape[2] * out.shape[3]
        s[1] = s[1] + out.double().sum((0, 2, 3))
        s[2] = s[2] + out.double().pow(2).sum((0, 2, 3))

    hooks = [bn.register_forward_hook(note) for bn in norms]
    net.eval()
    for p in pictures:
        y, uv, _ = prepare(p.path, 416)
        net.backbone(torch.from_numpy(y), torch.from_numpy(uv))
    for h in hooks:
        h.remove()
    for bn, (n, total, squares) in sums.items():
        mean, bias = total / n, bn.bias.double()
        var = (squares / n - mean ** 2).clamp(min=1e-4)
        bn.running_mean.copy_(mean - bias)
        bn.running_var.copy_(var)
        bn.weight.copy_(torch.sqrt(var + bn.eps))
        bn.bias.copy_(mean)


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--data", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--tflite", help="write the whole detector here as well: teach.py's --big-cars")
    a.add_argument("--pictures", type=int, default=64)
    args = a.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    net = Detector()
    data = fetch()
    if args.tflite:
        with open(args.tflite, "wb") as f:
            f.write(data)
    load_folded(net, data)
    train = load_split(args.data, "train")
    y, uv, _ = prepare(train[0].path, 320)
    y, uv = torch.from_numpy(y), torch.from_numpy(uv)
    net.eval()
    with torch.no_grad():
        before = net.backbone(y, uv)
        unfold(net, train[::max(1, len(train) // args.pictures)])
        after = net.backbone(y, uv)
    change = max(float((a - b).abs().max()) for a, b in zip(before, after))
    print(f"largest change of a feature by unfolding: {change:.1e}")
    if change > 1e-2:
        raise SystemExit("unfolding changed the network")
    np.savez(args.out, **{k: v.numpy() for k, v in net.state_dict().items()
                          if k.startswith("features.") and not k.endswith("num_batches_tracked")})


if __name__ == "__main__":
    main()
