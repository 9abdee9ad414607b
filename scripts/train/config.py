"""What the network looks like: classes, levels, priors, variances.

Everything a reader of the network's output must know is here, and the
exporter writes it into the model card, so that no other program repeats it.
"""

NAME = "bokashi-v1"
VERSION = "1.1.0"
CLASSES = ["car", "plate"]
#: What each class may be called in labels.
LABELS = [["car"], ["plate"]]
CAR, PLATE = 0, 1


def use_classes(text):
    """`car,plate=licence|number_plate`: the classes in order, each with its names in labels."""
    parts = [part.partition("=") for part in text.split(",")]
    names = [name.strip() for name, _, _ in parts]
    if not all(names) or len(set(names)) < len(names):
        raise SystemExit(f"--classes '{text}': names separated by commas, each once")
    at = lambda name: names.index(name) if name in names else None
    labels = [[label.strip() for label in (others or name).split("|")] for name, _, others in parts]
    globals().update(CLASSES=names, LABELS=labels, CAR=at("car"), PLATE=at("plate"))


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

#: Whether coarser maps are added to finer ones; which loss and which priors answer for a box:
#: see loss.py.
FUSE = True
LOSS, ASSIGN = "varifocal", "predicted"
#: Whether training pictures are combined, scaled to plate widths and spoilt as cameras do.
AUGMENT = True

#: What `--network` and `--variant` of train.py may be. `article`: the layers and priors of the
#: SSD-lite that this project set out from, 300x300, finest map 19x19. The others take one thing
#: away from ours, for the ablation table.
VARIANTS = {
    "ours": {},  # filled below
    "no-stride-8": {"LEVELS": LEVELS[1:]},
    "no-fusion": {"FUSE": False},
    "width-64": {"WIDTH": 64},
    "focal": {"LOSS": "focal"},
    "iou-assignment": {"ASSIGN": "iou"},
    "plain-pictures": {"AUGMENT": False},
}


def article_levels():
    """SSD's square, geometric-mean and 1:2, 2:1, 1:3, 3:1 boxes; the first two maps' sizes are the
    article's, shrunk for small plates."""
    levels = []
    for stride, (low, high) in zip((16, 32, 64, 128, 256, 512), (
            (21, 60), (60, 150), (150, 195), (195, 240), (240, 285), (285, 330))):
        mean = (low * high) ** 0.5
        shapes = [(low, low), (mean, mean)]
        for ratio in (2, 3):
            r = ratio ** 0.5
            shapes += [(low * r, low / r), (low / r, low * r)]
        levels.append((stride, [(round(w, 2), round(h, 2)) for w, h in shapes]))
    return levels


VARIANTS["article"] = {
    "NAME": "article-300", "LEVELS": article_levels(), "PRIORS_PER_CELL": 6, "MULTIPLE_OF": 2,
    "LOSS": "ssd", "ASSIGN": "iou",
}


def use(variant):
    """Make this module say what the variant says. To be called before anything is built."""
    globals().update(VARIANTS["ours"])
    globals().update(VARIANTS[variant], VARIANT=variant)


VARIANT = "ours"

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

VARIANTS["ours"] = {k: globals()[k] for k in {k for v in VARIANTS.values() for k in v}}
