"""MobileNetV2-SSD-lite, fully convolutional, that reads I420 pictures."""

import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import config as C
from fused import conv_bn_act, same_pad


class SameConv2d(nn.Conv2d):
    """A stride-2 3x3 convolution padded as TensorFlow does."""

    def __init__(self, cin, cout, groups=1):
        super().__init__(cin, cout, 3, stride=2, padding=0, groups=groups, bias=False)

    def forward(self, x):
        return super().forward(same_pad(x))


class ConvBN(nn.Sequential):
    """Convolution, batch norm and (if `act`) ReLU6."""

    def __init__(self, cin, cout, kernel=3, stride=1, groups=1, act=True, same=True):
        if stride == 2 and same:
            conv = SameConv2d(cin, cout, groups)
        else:
            conv = nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False)
        layers = [conv, nn.BatchNorm2d(cout)]
        if act:
            layers.append(nn.ReLU6(inplace=True))
        super().__init__(*layers)
        self.act = act

    def forward(self, x):
        if self.training and not self[1].training:  # statistics are frozen
            return conv_bn_act(self[0], self[1], x, self.act)
        return super().forward(x)


class InvertedResidual(nn.Module):
    """torchvision's block and its parameter names, with SAME padding."""

    def __init__(self, cin, cout, stride, expand):
        super().__init__()
        mid = cin * expand
        layers = [] if expand == 1 else [ConvBN(cin, mid, 1)]
        layers += [
            ConvBN(mid, mid, 3, stride, groups=mid),
            nn.Conv2d(mid, cout, 1, bias=False),
            nn.BatchNorm2d(cout),
        ]
        self.conv = nn.Sequential(*layers)
        self.residual = stride == 1 and cin == cout

    def forward(self, x, tap=None):
        """`tap`: a list that the expansion is appended to."""
        y = x
        for layer in self.conv[:-2]:
            y = layer(y)
            if tap is not None and len(tap) < 1:
                tap.append(y)
        conv, bn = self.conv[-2], self.conv[-1]
        if self.training and not bn.training:
            y = conv_bn_act(conv, bn, y, False)
        else:
            y = bn(conv(y))
        return x + y if self.residual else y


class Stem(nn.Module):
    """The first convolution of the RGB network, folded onto I420 planes.

    RGB is a linear function of (Y - 125.5, U - 128, V - 128) without a
    constant term, and a 3x3 stride-2 window on nearest-upsampled chroma sees
    2x2 chroma samples: rows 2i and 2i+1 are sample i, row 2i+2 is sample i+1.
    So the convolution on RGB is one on luma plus a 2x2 one on chroma.
    """

    def __init__(self):
        super().__init__()
        self.add_module("0", SameConv2d(3, 32))
        self.add_module("1", nn.BatchNorm2d(32))

    @property
    def conv(self):
        return self._modules["0"]

    @property
    def bn(self):
        return self._modules["1"]

    def folded(self):
        """Weights for luma [32,1,3,3] and chroma [32,2,2,2]."""
        w = self.conv.weight.float()
        m = torch.tensor(C.YUV_TO_RGB, device=w.device) / 127.5
        wyuv = torch.einsum("ockl,cp->opkl", w, m)
        wy = wyuv[:, :1]
        c = wyuv[:, 1:]
        rows = torch.stack([c[:, :, 0] + c[:, :, 1], c[:, :, 2]], 2)
        wc = torch.stack([rows[..., 0] + rows[..., 1], rows[..., 2]], 3)
        return wy, wc

    def forward(self, y, uv):
        wy, wc = self.folded()
        y = y.float() - C.Y_ZERO
        uv = uv.float() - 128.0
        x = F.conv2d(F.pad(y, (0, 1, 0, 1)), wy, stride=2)
        x = x + F.conv2d(F.pad(uv, (0, 1, 0, 1)), wc)
        return F.relu6(self.bn(x))

    def forward_rgb(self, rgb):
        """The same from RGB 0..255; only tests use it."""
        return F.relu6(self.bn(self.conv(rgb / 127.5 - 1)))


class Head(nn.Module):
    """Depthwise-separable blocks, then one 1x1 for scores and one for boxes."""

    def __init__(self, width, blocks):
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.Sequential(ConvBN(width, width, 3, groups=width), ConvBN(width, width, 1))
            for _ in range(blocks)
        )
        n = C.PRIORS_PER_CELL
        self.cls = nn.Conv2d(width, n * len(C.CLASSES), 1)
        self.box = nn.Conv2d(width, n * 4, 1)
        nn.init.normal_(self.cls.weight, std=0.01)
        nn.init.constant_(self.cls.bias, -math.log((1 - 0.01) / 0.01))
        nn.init.normal_(self.box.weight, std=0.01)
        nn.init.zeros_(self.box.bias)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.cls(x), self.box(x)


class Detector(nn.Module):
    """`forward(y, uv)` -> logits [N,P,2] and boxes [N,P,4] in *prior units*.

    While training, the box outputs are (dx, dy) in prior widths and heights
    and (log w, log h) ratios; `deltas()` divides by the variances, and the
    exporter folds that division into the last convolutions.
    """

    SETTING = [  # expand, channels, repeats, stride
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
        (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]

    def __init__(self):
        super().__init__()
        self.frozen = 0
        #: Whether the statistics of all batch norms stay as loaded, not only the backbone's.
        self.fixed_norms = False
        self.build_backbone()
        self.build_maps(C.WIDTH)

    def build_backbone(self):
        features = [Stem()]
        cin = 32
        for t, c, n, s in self.SETTING:
            for i in range(n):
                features.append(InvertedResidual(cin, c, s if i == 0 else 1, t))
                cin = c
        self.features = nn.ModuleList(features)

    def build_maps(self, width):
        # Sources: the expansions (before the strided depthwise) of blocks 7
        # (192 at stride 8) and 14 (576 at stride 16), and block 17's output.
        if C.LEVELS[0][0] == 8:
            self.lat8 = ConvBN(192, width, 1, act=False)
        self.lat16 = ConvBN(576, width, 1, act=False)
        self.lat32 = ConvBN(320, width, 1)
        self.mix16 = ConvBN(width, width, 3, groups=width)
        self.down64 = self._down(width)
        self.down128 = self._down(width)
        self.heads = nn.ModuleList(
            Head(width, C.HEAD_BLOCKS if stride < 64 else 1) for stride, _ in C.LEVELS
        )

    @staticmethod
    def _down(width):
        # Symmetric padding, so that odd sizes give ceil(n / 2) cells.
        return nn.Sequential(ConvBN(width, width, 3, 2, groups=width, same=False),
                             ConvBN(width, width, 1))

    def freeze(self, blocks):
        """No gradient for the first `blocks` feature blocks."""
        self.frozen = blocks
        for i, block in enumerate(self.features):
            for p in block.parameters():
                p.requires_grad_(i >= blocks)

    def train(self, mode=True):
        """The backbone's batch-norm statistics always stay as loaded."""
        super().train(mode)
        for m in (self if self.fixed_norms else self.features).modules():
            if isinstance(m, nn.BatchNorm2d):
                m.eval()
        return self

    def backbone(self, y, uv, rgb=None):
        x = self.features[0](y, uv) if rgb is None else self.features[0].forward_rgb(rgb)
        taps = []
        for i, block in enumerate(self.features[1:], 1):
            if i in (7, 14):
                tap = []
                x = block(x, tap)
                taps += tap
            else:
                x = block(x)
            if i < self.frozen:
                x = x.detach()
        return taps[0], taps[1], x

    def pyramid(self, c3, c4, c5):
        p5 = self.lat32(c5)
        p4 = self.mix16(self._fused(self.lat16(c4), p5))
        finest = [self._fused(self.lat8(c3), p4)] if C.LEVELS[0][0] == 8 else []
        p6 = self.down64(p5)
        p7 = self.down128(p6)
        return [*finest, p4, p5, p6, p7]

    @staticmethod
    def _fused(x, coarser):
        return F.relu6(x + F.interpolate(coarser, scale_factor=2.0, mode="nearest") if C.FUSE else x)

    def forward(self, y, uv, rgb=None):
        levels = self.pyramid(*self.backbone(y, uv, rgb))
        logits, boxes = [], []
        for head, x in zip(self.heads, levels):
            c, b = head(x)
            logits.append(c.permute(0, 2, 3, 1).flatten(1).unflatten(1, (-1, len(C.CLASSES))))
            boxes.append(b.permute(0, 2, 3, 1).flatten(1).unflatten(1, (-1, 4)))
        return torch.cat(logits, 1).float(), torch.cat(boxes, 1).float()

    @staticmethod
    def deltas(boxes):
        v = boxes.new_tensor([C.VARIANCES[0]] * 2 + [C.VARIANCES[1]] * 2)
        return boxes / v

    def load_backbone(self, path):
        """Load an .npz of torchvision names; layers past block 17 are unused."""
        data = np.load(path)
        own = self.state_dict()
        used = {}
        for name in data.files:
            if name in own:
                used[name] = torch.from_numpy(data[name].astype(np.float32)).reshape(own[name].shape)
        missing = [k for k in own if k.startswith("features.") and k not in used
                   and not k.endswith("num_batches_tracked")]
        if missing:
            raise ValueError(f"{path} lacks {len(missing)} backbone tensors, e.g. {missing[0]}")
        self.load_state_dict(used, strict=False)


def make():
    """The network that config.py says."""
    if C.VARIANT == "article":
        from article import Article
        return Article()
    return Detector()


def mean_of(files):
    """The mean of checkpoints' averaged weights."""
    states = [torch.load(f, weights_only=True)["average"] for f in files]
    return {k: sum(s[k] for s in states) / len(states) if v.is_floating_point() else v for k, v in states[0].items()}


def make_priors(height, width):
    """All priors of an input, [P,4] as cx, cy, w, h in input pixels."""
    out = []
    for stride, sizes in C.LEVELS:
        rows, cols = -(-height // stride), -(-width // stride)
        cy, cx = np.meshgrid((np.arange(rows) + 0.5) * stride,
                             (np.arange(cols) + 0.5) * stride, indexing="ij")
        cells = np.stack([cx, cy], -1)[:, :, None, :].repeat(len(sizes), 2)
        wh = np.broadcast_to(np.array(sizes, np.float32), cells.shape)
        out.append(np.concatenate([cells, wh], -1).reshape(-1, 4))
    return torch.from_numpy(np.concatenate(out).astype(np.float32))


def decode(boxes, priors):
    """Box outputs in prior units -> x1, y1, x2, y2."""
    centre = boxes[..., :2] * priors[:, 2:] + priors[:, :2]
    half = torch.exp(boxes[..., 2:].clamp(-4, 4)) * priors[:, 2:] * 0.5
    return torch.cat([centre - half, centre + half], -1)
