"""The trained network as an ONNX graph, batch norm folded, written node by node.

Inputs `y` uint8 [N,1,H,W] and `uv` uint8 [N,2,H/2,W/2] (U, then V); outputs
`logits` float32 [N,P,2] and `deltas` float32 [N,P,4]. N, H, W are dynamic,
H and W multiples of 32. P runs over levels (finest first), rows, columns, priors.
"""

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import config as C

OPSET = 17
SAME = "same"


def fold(conv, bn):
    """Weights and bias of convolution + batch norm (inference)."""
    gain = bn.weight.double() / torch.sqrt(bn.running_var.double() + bn.eps)
    weight = conv.weight.double() * gain.view(-1, 1, 1, 1)
    bias = bn.bias.double() - bn.running_mean.double() * gain
    return weight.detach().float().numpy(), bias.detach().float().numpy()


class Builder:
    def __init__(self):
        self.nodes, self.constants, self.count = [], [], 0

    def const(self, name, array):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, op, inputs, out=None, **attributes):
        self.count += 1
        out = out or f"{op.lower()}_{self.count}"
        self.nodes.append(helper.make_node(op, inputs, [out], name=f"{out}_node", **attributes))
        return out

    def conv(self, x, weight, bias, name, stride=1, pads=None, groups=1, act=False):
        k = weight.shape[2]
        padding = {"auto_pad": "SAME_UPPER"} if pads == SAME else {"pads": pads if pads is not None else [k // 2] * 4}
        inputs = [x, self.const(f"{name}.weight", weight)]
        if bias is not None:
            inputs.append(self.const(f"{name}.bias", bias))
        x = self.node("Conv", inputs, f"{name}.conv", kernel_shape=[k, k], strides=[stride] * 2,
                      group=groups, dilations=[1, 1], **padding)
        return self.relu6(x, name) if act else x

    def relu6(self, x, name):
        return self.node("Clip", [x, "zero", "six"], f"{name}.relu6")

    def conv_bn(self, x, conv, bn, name, act):
        weight, bias = fold(conv, bn)
        stride = conv.stride[0]
        same = stride == 2 and conv.padding[0] == 0
        # Multiples of 32 stay even at every level: what SAME does on even sizes, said outright.
        pads = None if not same else SAME if C.MULTIPLE_OF < 32 else [0, 0, 1, 1]
        return self.conv(x, weight, bias, name, stride, pads, conv.groups, act)

    def block(self, x, seq, name):
        return self.conv_bn(x, seq[0], seq[1], name, seq.act)


def backbone(b, net):
    """The expansions of blocks 7 and 14, and the last block's output."""
    # Stem: luma and chroma apart, exactly the RGB convolution.
    stem = net.features[0]
    gain = (stem.bn.weight / torch.sqrt(stem.bn.running_var + stem.bn.eps)).detach()
    bias = (stem.bn.bias - stem.bn.running_mean * gain).detach().numpy()
    wy, wc = (w.detach() * gain.view(-1, 1, 1, 1) for w in stem.folded())
    y = b.node("Cast", ["y"], "y.float", to=TensorProto.FLOAT)
    y = b.node("Sub", [y, b.const("y.zero", np.float32(C.Y_ZERO))], "y.centred")
    uv = b.node("Cast", ["uv"], "uv.float", to=TensorProto.FLOAT)
    uv = b.node("Sub", [uv, b.const("uv.zero", np.float32(128))], "uv.centred")
    luma = b.conv(y, wy.numpy(), None, "stem.y", 2, [0, 0, 1, 1])
    chroma = b.conv(uv, wc.numpy(), bias, "stem.uv", 1, [0, 0, 1, 1])
    x = b.relu6(b.node("Add", [chroma, luma], "stem.sum"), "stem")

    taps = []
    for i, block in enumerate(net.features[1:18], 1):
        first, name = x, f"b{i}"
        for j, layer in enumerate(block.conv[:-2]):
            x = b.block(x, layer, f"{name}.{j}")
            if j == 0 and i in (7, 14):
                taps.append(x)
        x = b.conv_bn(x, block.conv[-2], block.conv[-1], f"{name}.project", False)
        if block.residual:
            x = b.node("Add", [first, x], f"{name}.sum")
    return *taps, x


def ours(b, net, c3, c4, c5):
    """The maps that the heads read, finest first (see model.Detector.pyramid)."""
    scales = b.const("up.scales", np.array([1, 1, 2, 2], np.float32))

    def up(x, name):
        return b.node("Resize", [x, "", scales], name, mode="nearest",
                      coordinate_transformation_mode="asymmetric", nearest_mode="floor")

    p5 = b.block(c5, net.lat32, "lat32")
    p4 = b.node("Add", [b.block(c4, net.lat16, "lat16"), up(p5, "up16")], "sum16")
    p4 = b.block(b.relu6(p4, "sum16"), net.mix16, "mix16")
    p3 = b.node("Add", [b.block(c3, net.lat8, "lat8"), up(p4, "up8")], "sum8")
    p3 = b.relu6(p3, "sum8")
    p6 = b.block(b.block(p5, net.down64[0], "down64.0"), net.down64[1], "down64.1")
    p7 = b.block(b.block(p6, net.down128[0], "down128.0"), net.down128[1], "down128.1")
    return [p3, p4, p5, p6, p7]


def article(b, net, _, c4, c5):
    """See article.Article.pyramid."""
    x = b.block(c5, net.features[-1], "last")
    maps = [c4, x]
    for i, extra in enumerate(net.extras):
        for j, layer in enumerate(extra):
            x = b.block(x, layer, f"extra{i}.{j}")
        maps.append(x)
    return maps


def build(net, b=None):
    """The ONNX model of a network."""
    if C.VARIANT not in ("ours", "article"):
        raise SystemExit(f"variant '{C.VARIANT}' is for the ablation table and is not exported")
    b = b or Builder()
    b.const("zero", np.float32(0))
    b.const("six", np.float32(6))
    make = article if C.VARIANT == "article" else ours
    maps = make(b, net, *backbone(b, net))
    logits, deltas = [], []
    inverse = np.tile(np.repeat(1 / np.array(C.VARIANCES, np.float32), 2), C.PRIORS_PER_CELL)
    to2 = b.const("to2", np.array([0, -1, len(C.CLASSES)], np.int64))
    to4 = b.const("to4", np.array([0, -1, 4], np.int64))
    for (stride, _), head, x in zip(C.LEVELS, net.heads, maps):
        for j, block in enumerate(getattr(head, "blocks", ())):
            x = b.block(b.block(x, block[0], f"head{stride}.{j}.0"), block[1], f"head{stride}.{j}.1")
        for kind, conv, k, shape, out in (("cls", head.cls, 1, to2, logits),
                                          ("box", head.box, inverse, to4, deltas)):
            w = conv.weight.detach().numpy()
            bias = conv.bias.detach().numpy()
            if kind == "box":  # prior units -> deltas
                w, bias = w * k[:, None, None, None], bias * k
            mix = getattr(head, f"{kind}_mix", None)  # the article's heads
            t = b.block(x, mix, f"head{stride}.{kind}_mix") if mix else x
            t = b.conv(t, w, bias, f"head{stride}.{kind}")
            t = b.node("Transpose", [t], f"head{stride}.{kind}.last", perm=[0, 2, 3, 1])
            out.append(b.node("Reshape", [t, shape], f"head{stride}.{kind}.flat"))
    b.node("Concat", logits, "logits", axis=1)
    b.node("Concat", deltas, "deltas", axis=1)

    graph = helper.make_graph(
        b.nodes, C.NAME,
        [helper.make_tensor_value_info("y", TensorProto.UINT8, ["N", 1, "H", "W"]),
         helper.make_tensor_value_info("uv", TensorProto.UINT8, ["N", 2, "H2", "W2"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", "P", len(C.CLASSES)]),
         helper.make_tensor_value_info("deltas", TensorProto.FLOAT, ["N", "P", 4])],
        b.constants)
    model = helper.make_model(graph, producer_name="bokashi",
                              opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model
