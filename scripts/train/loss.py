"""Assignment of priors to boxes and the training loss."""

import torch
import torch.nn.functional as F

import config as C
from data import positive
from model import decode

#: A prior may answer for a box whose sides differ by at most this factor.
SHAPE_RATIO = 2.2
#: Priors trained as positive per box.
TOP_K = 8
#: Weight of background against positives, and its focusing power.
ALPHA, GAMMA = 0.75, 2.0
BOX_WEIGHT, L1_WEIGHT = 2.0, 0.3


def box_iou(a, b, generalised=False):
    """IoU of paired (broadcast) boxes x1, y1, x2, y2."""
    left, right = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    inter = (right - left).clamp(min=0).prod(-1)
    area = lambda t: (t[..., 2:] - t[..., :2]).clamp(min=0).prod(-1)
    union = area(a) + area(b) - inter + 1e-6
    iou = inter / union
    if not generalised:
        return iou
    hull = (torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])).prod(-1) + 1e-6
    return iou - (hull - union) / hull


class Loss:
    def __init__(self):
        self.sizes = {}

    def geometry(self, size, make_priors):
        """Priors, their strides and their cells on the stride-8 map."""
        if size not in self.sizes:
            priors = make_priors(size, size)
            strides = torch.cat([
                torch.full(((-(-size // s)) ** 2 * len(shapes),), float(s)) for s, shapes in C.LEVELS])
            cells = (priors[:, :2] / 8).long().clamp(max=size // 8 - 1)
            self.sizes[size] = priors, strides, cells[:, 1] * (size // 8) + cells[:, 0]
        return self.sizes[size]

    def candidates(self, boxes, priors, strides):
        """[G,P] bool: near the centre and of about the box's shape."""
        centre = (boxes[:, :2] + boxes[:, 2:4]) / 2
        size = (boxes[:, 2:4] - boxes[:, :2]).clamp(min=1)
        off = (priors[None, :, :2] - centre[:, None]).abs()
        reach = torch.maximum(0.75 * strides[None, :, None], 0.25 * size[:, None])
        ratio = torch.log(size)[:, None] - torch.log(priors[None, :, 2:])
        shape = ratio.abs().amax(-1)
        near = (off <= reach).all(-1)
        ok = near & (shape < torch.log(torch.tensor(SHAPE_RATIO)))
        none = ~ok.any(1)
        if none.any():  # the best shape right at the centre
            cell = (off <= 0.5 * strides[None, :, None] + 0.01).all(-1)
            best = torch.where(cell, shape, shape + 100).argmin(1)
            ok[none, best[none]] = True
        return ok

    def assign(self, boxes, priors, strides, scores, predicted):
        """For one picture: index of the box per prior (-1 none), target score [P].

        As in task-aligned assignment, among the candidates the priors whose
        prediction is best so far (score and overlap) are the positives.
        """
        ok = self.candidates(boxes, priors, strides)
        g, p = ok.nonzero(as_tuple=True)
        overlap = box_iou(predicted[p], boxes[g, :4])
        quality = scores[p, boxes[g, 4].long()].sqrt() * overlap.pow(4) + 1e-9
        metric = torch.zeros(ok.shape)
        metric[g, p] = quality
        overlaps = torch.zeros(ok.shape)
        overlaps[g, p] = overlap
        k = min(TOP_K, ok.shape[1])
        top = metric.topk(k, 1)
        chosen = torch.zeros_like(ok)
        chosen.scatter_(1, top.indices, top.values > 0)
        value = torch.where(chosen, metric, torch.zeros(()))
        owner = value.argmax(0)
        taken = chosen.any(0)
        value = value[owner, torch.arange(len(owner))]
        peak = metric.amax(1).clamp(min=1e-9)
        best = overlaps.amax(1)
        target = (value / peak[owner]).sqrt() * (0.5 + 0.5 * best[owner])
        return torch.where(taken, owner, torch.full_like(owner, -1)), target * taken

    def assign_by_iou(self, boxes, priors):
        """SSD's assignment: priors with an IoU of 0.5 or more, and the best prior of every box."""
        half = priors[:, 2:] / 2
        corners = torch.cat([priors[:, :2] - half, priors[:, :2] + half], 1)
        overlap = box_iou(boxes[:, None, :4], corners[None])
        best = overlap.argmax(1)
        overlap[torch.arange(len(boxes)), best] = 2
        value, owner = overlap.max(0)
        taken = value >= 0.5
        return torch.where(taken, owner, torch.full_like(owner, -1)), taken.float()

    @staticmethod
    def hardest(bce, target, mask):
        """SSD's negatives: for each picture the three hardest per positive."""
        weight = (target > 0).float()
        worst = torch.where((target > 0) | (mask == 0), torch.full_like(bce, -1), bce.detach())
        for i in range(len(bce)):
            count = min(int(3 * weight[i].sum().clamp(min=4)), worst[i].numel())
            at = worst[i].flatten().topk(count).indices
            weight[i].view(-1)[at] = 1
        return weight * mask

    def __call__(self, logits, outputs, known, boxes, size, make_priors):
        """Loss parts: (scores, boxes). `known` [N,2,cells], `boxes` list of [n,6]."""
        priors, strides, cells = self.geometry(size, make_priors)
        n, p, _ = logits.shape
        with torch.no_grad():
            scores = logits.sigmoid()
            predicted = decode(outputs, priors)
            target = torch.zeros_like(logits)
            mask = known.flatten(2)[:, :, cells].permute(0, 2, 1).float()
            picks = []
            for i, b in enumerate(boxes):
                for ig in b[~positive(b)]:
                    inside = ((priors[:, 0] > ig[0] - 4) & (priors[:, 0] < ig[2] + 4) &
                              (priors[:, 1] > ig[1] - 4) & (priors[:, 1] < ig[3] + 4))
                    mask[i, inside, int(ig[4])] = 0
                b = b[positive(b)]
                if not len(b):
                    continue
                if C.ASSIGN == "iou":
                    owner, t = self.assign_by_iou(b, priors)
                else:
                    owner, t = self.assign(b, priors, strides, scores[i], predicted[i])
                at = (owner >= 0).nonzero()[:, 0]
                box = b[owner[at]]
                target[i, at, box[:, 4].long()] = t[at] * box[:, 5]
                mask[i, at, box[:, 4].long()] = 1
                picks.append((torch.full_like(at, i), at, box, t[at]))
            total = target.sum().clamp(min=4.0)
            if C.LOSS != "varifocal":
                target = (target > 0).float()
        bce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
        with torch.no_grad():
            if C.LOSS == "varifocal":
                weight = torch.where(target > 0, target, ALPHA * scores.pow(GAMMA)) * mask
            elif C.LOSS == "focal":  # Lin et al. 2017
                weight = torch.where(target > 0, 0.25 * (1 - scores).pow(GAMMA), 0.75 * scores.pow(GAMMA)) * 4 * mask
            else:
                weight = self.hardest(bce, target, mask)
        loss_cls = (bce * weight).sum() / total
        if not picks:
            return loss_cls, outputs.sum() * 0
        image, at, box, t = (torch.cat(x) for x in zip(*picks))
        out, pr = outputs[image, at], priors[at]
        giou = box_iou(decode(out, pr), box[:, :4], generalised=True)
        centre = ((box[:, :2] + box[:, 2:4]) / 2 - pr[:, :2]) / pr[:, 2:]
        shape = torch.log((box[:, 2:4] - box[:, :2]).clamp(min=1) / pr[:, 2:])
        l1 = F.smooth_l1_loss(out, torch.cat([centre, shape], 1), reduction="none", beta=0.1).sum(1)
        return loss_cls, (t * (BOX_WEIGHT * (1 - giou) + L1_WEIGHT * l1)).sum() / total
