"""Draw the logs of one or several runs that follow each other, and join them:

    python plot.py OUT.png RUN1/log.csv [RUN2/log.csv ...]     (writes OUT.csv as well)
"""

import csv
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

CURVES = [("oi_plate", "plates, oi_plate"), ("oi_car_plate", "plates, oi_car_plate"),
          ("romania", "plates, romania_dashcam"), ("car50", "cars at IoU 0.5")]
#: Where the validation pictures are of other origin.
OTHERS = [("plate_all", "plates"), ("mean_ap", "mean of all classes")]


def join(files):
    """Rows of all logs with steps counted on, the fields, and the steps at which a run ended."""
    rows, fields, ends, offset = [], [], [], 0
    for number, file in enumerate(files, 1):
        for row in csv.DictReader(open(file)):
            row["step"] = int(row["step"]) + offset
            rows.append({"run": number, **row})
            fields += [k for k in rows[-1] if k not in fields]
        offset = rows[-1]["step"]
        ends.append(offset)
    return rows, fields, ends


def main():
    out, *files = sys.argv[1:]
    rows, fields, ends = join(files)
    with open(out.rsplit(".", 1)[0] + ".csv", "w", newline="") as f:
        writer = csv.DictWriter(f, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    get = lambda key: [(r["step"], float(r[key])) for r in rows if r.get(key)]
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    for key in ("loss_scores", "loss_boxes"):
        left.plot(*zip(*get(key)), label=key.replace("_", ": "), linewidth=0.8)
    left.set(xlabel="step", ylabel="training loss")
    for key, name in CURVES if get("oi_plate") else CURVES + OTHERS:
        if get(key):
            right.plot(*zip(*get(key)), marker="o", markersize=3, label=name)
    right.set(xlabel="step", ylabel="validation AP (IoU 0.4)", ylim=(None, 1))
    for axis in (left, right):
        for end in ends[:-1]:
            axis.axvline(end, color="gray", linestyle=":", linewidth=1)
        axis.grid(alpha=0.3)
        axis.legend()
    figure.tight_layout()
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main()
