"""The article's network: MobileNetV2-SSD-lite on 300x300, maps of 19, 10, 5, 3, 2 and 1 cells.

Sources are the expansion of block 14 (576 channels) and the last 1x1 convolution (1280); four more
maps are made of it. A head is a depthwise 3x3 and a 1x1 convolution. It reads I420 like ours does.
"""

import torch.nn as nn

import config as C
from model import ConvBN, Detector

#: (channels within, channels out) of the four maps after 10x10.
EXTRAS = [(256, 512), (128, 256), (128, 256), (64, 64)]
SIDE = 300


class LiteHead(nn.Module):
    """Scores and boxes, each from a depthwise 3x3 and a 1x1 convolution."""

    def __init__(self, channels):
        super().__init__()
        n = C.PRIORS_PER_CELL
        self.cls_mix = ConvBN(channels, channels, 3, groups=channels)
        self.cls = nn.Conv2d(channels, n * len(C.CLASSES), 1)
        self.box_mix = ConvBN(channels, channels, 3, groups=channels)
        self.box = nn.Conv2d(channels, n * 4, 1)
        for conv in (self.cls, self.box):
            nn.init.normal_(conv.weight, std=0.01)
            nn.init.zeros_(conv.bias)
        nn.init.constant_(self.cls.bias, -4.6)

    def forward(self, x):
        return self.cls(self.cls_mix(x)), self.box(self.box_mix(x))


class Article(Detector):
    """`forward(y, uv)` as Detector's."""

    def build_maps(self, width):
        self.features.append(ConvBN(320, 1280, 1))
        self.extras = nn.ModuleList()
        channels = 1280
        for inner, out in EXTRAS:
            # Symmetric padding, so that odd sizes give ceil(n / 2) cells.
            self.extras.append(nn.Sequential(
                ConvBN(channels, inner, 1), ConvBN(inner, inner, 3, 2, groups=inner, same=False),
                ConvBN(inner, out, 1)))
            channels = out
        self.heads = nn.ModuleList(LiteHead(c) for c in (576, 1280, *(o for _, o in EXTRAS)))

    def pyramid(self, c3, c4, c5):
        maps = [c4, c5]
        for extra in self.extras:
            maps.append(extra(maps[-1]))
        return maps
