"""What the network looks like: classes, levels, priors, variances.

Everything a reader of the network's output must know is here, and the
exporter writes it into the model card, so that no other program repeats it.
"""

NAME = "bokashi-v1"
VERSION = "1.0.0"
CLASSES = ["car", "plate"]
CAR, PLATE = 0, 1

#: SSD box coding: centre = delta * V0 * prior size + prior centre,
#: size = exp(delta * V1) * prior size.
VARIANCES = (0.1, 0.2)

#: (stride, [(width, height), ...]) from the finest level to the coarsest, in
#: input pixels. Four shapes a cell: a long plate, a square plate or a small
#: car, a longer plate, a car.
LEVELS = [
    (8, [(9, 5), (16, 7), (18, 13), (28, 10)]),
    (16, [(34, 13), (34, 26), (56, 19), (52, 40)]),
    (32, [(90, 31), (84, 66), (140, 47), (130, 100)]),
    (64, [(210, 70), (190, 150), (290, 230), (220, 330)]),
    (128, [(360, 280), (520, 300), (400, 480), (620, 440)]),
]
PRIORS_PER_CELL = 4

#: Channels of the pyramid and of the heads.
WIDTH = 96
#: Residual head blocks (depthwise 3x3 + pointwise 1x1) before the outputs.
HEAD_BLOCKS = 2

#: Luma value that maps to 0 in the network's normalised RGB, so that zero
#: padding in luma/chroma is the same as zero padding in RGB.
Y_ZERO = 125.5
#: BT.601 limited range: R, G, B rows as functions of (Y - 16), (U - 128), (V - 128).
YUV_TO_RGB = [
    [1.1643836, 0.0, 1.5960268],
    [1.1643836, -0.3917623, -0.8129676],
    [1.1643836, 2.0172321, 0.0],
]
MULTIPLE_OF = 32
