"""Checks demo.truth.json against the clip and prints how the plates are spread.

    python3 check.py [FOLDER]        (needs ffprobe)
"""
import collections
import json
import pathlib
import subprocess
import sys

here = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
here = here if here.is_dir() else here.parent
truth = json.loads((here / "demo.truth.json").read_text())
probe = json.loads(subprocess.check_output([
    "ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets",
    "-show_entries", "stream=width,height,nb_read_packets,avg_frame_rate", "-of", "json", str(here / "demo.mp4"),
]))["streams"][0]
W, H = truth["width"], truth["height"]
frames = truth["frames"]
assert (probe["width"], probe["height"]) == (W, H), probe
assert probe["avg_frame_rate"] == f"{truth['fps']}/1", probe
assert int(probe["nb_read_packets"]) == len(frames), (probe, len(frames))

bins = [0, 15, 20, 25, 35, 50, 75, 100, 200]
spread, ids, near = collections.Counter(), set(), collections.defaultdict(float)
for n, frame in enumerate(frames):
    for item in frame["plates"] + frame["cars"]:
        x, y, w, h = item["box"]
        assert 0 <= x and 0 <= y and w > 0 and h > 0 and x + w <= W + 0.11 and y + h <= H + 0.11, (n, item)
        assert 0.02 <= item["visibility"] <= 1, (n, item)
    names = [p["id"] for p in frame["plates"]] + [c["id"] for c in frame["cars"]]
    assert len(names) == len(set(names)), n
    for p in frame["plates"]:
        ids.add(p["id"])
        if p["visibility"] > 0.9:
            near[p["id"]] = max(near[p["id"]], p["width"])
        spread[next(i for i, b in enumerate(bins[1:]) if p["width"] < b)] += 1
        px, py = [q[0] for q in p["polygon"]], [q[1] for q in p["polygon"]]
        x, y, w, h = p["box"]
        assert abs(max(0, min(px)) - x) < 0.25 and abs(min(W, max(px)) - (x + w)) < 0.25 or min(py) < 0 or max(py) > H, (n, p)
print(f"{len(frames)} frames, {len(ids)} plates of {len({i.split('-')[0] for i in ids})} vehicles, "
      f"{sum(len(f['plates']) for f in frames)} boxes; frames with a plate: {sum(bool(f['plates']) for f in frames)}")
for i, b in enumerate(bins[1:]):
    print(f"  {bins[i]:3d}-{b:3d} px: {spread[i]}")
wide = sorted(near.items(), key=lambda kv: -kv[1])
print("largest whole width:", ", ".join(f"{k} {v:.0f}" for k, v in wide))
