"""Draw log.csv: python plot.py RUN/log.csv OUT.png"""

import csv
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def main():
    rows = list(csv.DictReader(open(sys.argv[1])))
    get = lambda key: [(int(r["step"]), float(r[key])) for r in rows if r.get(key)]
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    for key in ("loss_scores", "loss_boxes"):
        left.plot(*zip(*get(key)), label=key.replace("_", ": "), linewidth=0.8)
    left.set(xlabel="step", ylabel="training loss (mean of 50 steps)")
    for key, name in (("oi_plate", "plates, oi_plate"), ("oi_car_plate", "plates, oi_car_plate"),
                      ("romania", "plates, romania_dashcam"), ("car50", "cars at IoU 0.5"), *(() if get("oi_plate") else [
                          ("plate_all", "plates"), ("mean_ap", "mean of all classes")])):
        if get(key):
            right.plot(*zip(*get(key)), marker="o", markersize=3, label=name)
    right.set(xlabel="step", ylabel="validation AP (IoU 0.4)", ylim=(None, 1))
    for axis in (left, right):
        axis.grid(alpha=0.3)
        axis.legend()
    figure.tight_layout()
    figure.savefig(sys.argv[2], dpi=110)


if __name__ == "__main__":
    main()
