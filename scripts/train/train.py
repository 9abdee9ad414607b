"""Train the detector. See README.md; `train.sh` runs everything in order.

    python train.py --data DIR --init backbone.npz --out RUN --minutes 90

To go on from an exported network with pictures of one's own, use `finetune.sh`.
"""

import argparse
import csv
import json
import math
import os
import time
from queue import Full

import numpy as np
import torch
import torch.multiprocessing as mp

import config as C
import from_onnx
from bar import Bar
from data import Cache, Sampler, load_split
from evaluate import evaluate
from loss import Loss
from model import make, make_priors, mean_of

#: (input side, pictures a batch, share of the batches): the same pixels each.
SIZES = [(320, 16, 0.70), (448, 8, 0.10), (640, 4, 0.20)]


def set_up(args):
    """config.py as the arguments want it, in every process."""
    C.use(args.variant)
    if args.classes:
        C.use_classes(args.classes)


def loader(queue, args, seed):
    set_up(args)
    parent = mp.parent_process()
    pictures = load_split(args.data, "train", args.taught)
    sampler = Sampler(pictures, Cache(pictures, args.cache), seed)
    shares = np.cumsum([s[2] for s in SIZES])
    while True:
        side, count, _ = SIZES[int(np.searchsorted(shares, sampler.rng.random() * shares[-1]))]
        if args.variant == "article":
            side, count = 300, 16
        count = max(1, count * args.batch // 16)
        item = (side, *sampler.batch(side, count))
        while True:
            try:
                queue.put(item, timeout=20)
                break
            except Full:
                if not parent.is_alive():  # killed: do not stay behind
                    os._exit(0)


def batches(args, seed):
    """Batches made by `--loaders` other processes."""
    context = mp.get_context("spawn")
    queue = context.Queue(6)
    workers = [context.Process(target=loader, args=(queue, args, seed + i), daemon=True)
               for i in range(args.loaders)]
    for w in workers:
        w.start()
    while True:
        yield queue.get()


class Average:
    """Exponential moving average of the weights: what is validated and shipped."""

    def __init__(self, net, decay):
        self.state = {k: v.detach().clone() for k, v in net.state_dict().items()}
        self.decay, self.steps = decay, 0

    @torch.no_grad()
    def update(self, net):
        self.steps += 1
        d = min(self.decay, (1 + self.steps) / (20 + self.steps))
        for k, v in net.state_dict().items():
            if v.dtype.is_floating_point:
                self.state[k].lerp_(v, 1 - d)
            else:
                self.state[k].copy_(v)


def torch_runner(net):
    """`detect()`'s interface on a PyTorch network."""
    net.eval()

    @torch.no_grad()
    def run(y, uv):
        logits, boxes = net(torch.from_numpy(y), torch.from_numpy(uv))
        return logits.numpy(), net.deltas(boxes).numpy()
    return run


def validate(state, pictures):
    net = make()
    net.load_state_dict(state)
    report = evaluate(torch_runner(net.to(memory_format=torch.channels_last)), pictures, 640)
    ap = {(e["source"], e["class"], e["iou"]): e["ap"] for e in report["results"]}
    at = {(e["source"], e["class"]): e["at"]["0.3"] for e in report["results"] if e["iou"] == 0.4}
    row = {
        "oi_plate": ap.get(("oi_plate", "plate", 0.4)),
        "oi_car_plate": ap.get(("oi_car_plate", "plate", 0.4)),
        "romania": ap.get(("romania_dashcam", "plate", 0.4)),
        "plate_all": ap.get(("all", "plate", 0.4)),
        "car50": ap.get(("oi_car_plate", "car", 0.5)) or ap.get(("all", "car", 0.5)),
        "recall": at.get(("all", "plate"), {}).get("recall"),
        "precision": at.get(("all", "plate"), {}).get("precision"),
        "mean_ap": float(np.mean([v for (source, _, iou), v in ap.items() 
                                  if source == "all" and iou == 0.4 and v is not None] or [0])),
    }
    return row


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--data", required=True, help="folder of COCO-style sources and splits.json")
    a.add_argument("--init", help=".npz of backbone weights under torchvision's names")
    a.add_argument("--start", help="a checkpoint, several with commas (their mean), or an exported .fp32.onnx file")
    a.add_argument("--classes", help="such as car,plate=licence|number_plate: what to find, and its names in the labels")
    a.add_argument("--out", required=True, help="checkpoints, log.csv")
    a.add_argument("--cache", required=True, help="decoded pictures (about 3 GB)")
    a.add_argument("--taught", help="teachers' boxes, from teach.py")
    a.add_argument("--minutes", type=float, help="stop after so many minutes of wall time in all")
    a.add_argument("--until", help="stop at this UTC time of day, HH:MM")
    a.add_argument("--steps", type=int, default=9000)
    a.add_argument("--epochs", type=int, help="instead of steps: how often to see every picture; validates after each")
    a.add_argument("--variant", default="ours", choices=C.VARIANTS, help="another network, or ours with one thing changed")
    a.add_argument("--batch", type=int, default=16)
    a.add_argument("--warm", type=int, default=300, help="steps until the full learning rate")
    a.add_argument("--freeze", type=int, default=4, help="feature blocks left as loaded")
    a.add_argument("--lr", type=float, default=1.5e-3)
    a.add_argument("--backbone-lr", type=float, default=4e-4)
    a.add_argument("--decay", type=float, default=0.999, help="of the averaged weights")
    a.add_argument("--threads", type=int, default=1)
    a.add_argument("--loaders", type=int, default=1)
    a.add_argument("--validate-every", type=int, default=1000)
    a.add_argument("--seed", type=int, default=1)
    args = a.parse_args()
    set_up(args)
    torch.set_num_threads(args.threads)
    os.makedirs(args.out, exist_ok=True)
    open(os.path.join(args.out, "pid"), "w").write(str(os.getpid()))
    pictures = load_split(args.data, "train")
    if not pictures:
        raise SystemExit(f"{args.data}: no training pictures (COCO-style sources or VOC XML)")
    Cache(pictures, args.cache)  # decode once, before the loader starts
    if args.epochs:
        args.validate_every = max(1, len(pictures) // args.batch)
        args.steps = args.epochs * args.validate_every
    log_every = min(50, args.validate_every)
    warm = min(300, max(1, args.steps // 10)) if args.epochs else args.warm
    val = load_split(args.data, "val")

    torch.manual_seed(args.seed)
    net = make()
    if args.init:
        net.load_backbone(args.init)
    if (args.start or "").endswith(".onnx"):
        from_onnx.load(net, args.start)
        net.fixed_norms = True
    elif args.start:
        net.load_state_dict(mean_of(args.start.split(",")))
    net.freeze(args.freeze)
    net.to(memory_format=torch.channels_last).train()
    slow, fast = [], []
    for name, p in net.named_parameters():
        if p.requires_grad:
            (slow if name.startswith("features.") else fast).append(p)
    groups = []
    for params, lr in ((slow, args.backbone_lr), (fast, args.lr)):
        groups.append({"params": [p for p in params if p.ndim > 1], "lr": lr, "base": lr, "weight_decay": 0.01})
        groups.append({"params": [p for p in params if p.ndim <= 1], "lr": lr, "base": lr, "weight_decay": 0.0})
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.99))
    average, step, spent = Average(net, args.decay), 0, 0.0
    last = os.path.join(args.out, "last.pt")
    best_ap = 0.0
    if os.path.exists(last):
        ck = torch.load(last, weights_only=True)
        net.load_state_dict(ck["net"])
        optimiser.load_state_dict(ck["optimiser"])
        average.state, average.steps = ck["average"], ck["step"]
        step, spent, best_ap = ck["step"], ck["spent"], ck["best_ap"]
        print(f"resumed at step {step}", flush=True)

    def save():
        data = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "average": average.state,
                "step": step, "spent": total_spent(), "best_ap": best_ap}
        torch.save(data, last + ".new")
        os.replace(last + ".new", last)

    start = time.time()
    total_spent = lambda: spent + time.time() - start
    budget = args.minutes * 60 if args.minutes else None
    if args.until:
        h, m = map(int, args.until.split(":"))
        now = time.gmtime()
        budget = total_spent() + (h * 60 + m) * 60 - (now.tm_hour * 3600 + now.tm_min * 60 + now.tm_sec)
    # A processor without AVX-512 has no bfloat16 convolutions: it trains in float32, at half the speed.
    halved = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    loss_of = Loss()
    sums, seen, tick = np.zeros(2), 0, time.time()
    log_file = os.path.join(args.out, "log.csv")
    fields = ["step", "minutes", "lr", "loss_scores", "loss_boxes", "oi_plate", "oi_car_plate",
              "romania", "plate_all", "car50", "recall", "precision", "mean_ap"]
    if not os.path.exists(log_file):
        csv.writer(open(log_file, "w")).writerow(fields)
    saved, bar = time.time(), Bar()

    def keep_best(v, best):
        """Whether this is the best so far, by plates where there are any."""
        ap = v["plate_all"] if v["plate_all"] is not None else v["mean_ap"]
        if ap >= best:
            torch.save({"average": average.state, "step": step, "classes": C.CLASSES},
                       os.path.join(args.out, "best.pt"))
        return max(ap, best)

    for side, y, uv, known, boxes in batches(args, args.seed * 1000 + step):
        progress = total_spent() / budget if budget else step / args.steps
        if progress >= 1:
            break
        factor = min(1, (step + 1) / warm) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        for g in optimiser.param_groups:
            g["lr"] = g["base"] * factor
        with torch.autocast("cpu", torch.bfloat16, enabled=halved):
            logits, outputs = net(torch.from_numpy(y), torch.from_numpy(uv))
        score_loss, box_loss = loss_of(logits, outputs, torch.from_numpy(known),
                                       [torch.from_numpy(b) for b in boxes], side, make_priors)
        optimiser.zero_grad(set_to_none=True)
        (score_loss + box_loss).backward()
        norm = torch.nn.utils.clip_grad_norm_(slow + fast, 10.0)
        if torch.isfinite(norm):
            optimiser.step()
            average.update(net)
        else:
            print(f"step {step}: gradient {norm}, skipped", flush=True)
        step += 1
        sums += [score_loss.item(), box_loss.item()]
        seen += 1
        progress = total_spent() / budget if budget else step / args.steps
        text = f"step {step} scores {sums[0] / seen:.3f} boxes {sums[1] / seen:.3f}"
        bar.show(progress, text)
        if step % log_every == 0:
            rate = (time.time() - tick) / seen
            bar.show(progress, f"{text} {rate:.2f} s/step", line=True)
            row = {"step": step, "minutes": round(total_spent() / 60, 2), "lr": args.lr * factor,
                   "loss_scores": sums[0] / seen, "loss_boxes": sums[1] / seen}
            if step % args.validate_every == 0:
                v = validate(average.state, val)
                row.update(v)
                print("validation", {k: round(x, 3) if x is not None else x for k, x in v.items()}, flush=True)
                best_ap = keep_best(v, best_ap)
            csv.DictWriter(open(log_file, "a"), fields).writerow(row)
            sums, seen, tick = np.zeros(2), 0, time.time()
        if time.time() - saved > 180:
            save()
            saved = time.time()
    save()
    if not args.epochs:  # an epoch ends with a validation
        v = validate(average.state, val)
        row = {"step": step, "minutes": round(total_spent() / 60, 2), **v}
        csv.DictWriter(open(log_file, "a"), fields).writerow(row)
        keep_best(v, best_ap)
        print("final", json.dumps(v), flush=True)
    for worker in mp.active_children():  # they wait on their queue for ever
        worker.kill()


if __name__ == "__main__":
    main()
