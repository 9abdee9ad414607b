"""Milliseconds of a network on one thread: python speed.py MODEL [HEIGHTxWIDTH ...]"""

import sys
import time

import numpy as np
import onnxruntime as ort


def measure(path, height, width, runs=60, threads=1):
    """Median and minimum milliseconds of `session.run`, batch 1."""
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    feed = {"y": rng.integers(16, 236, (1, 1, height, width), np.uint8),
            "uv": rng.integers(64, 192, (1, 2, height // 2, width // 2), np.uint8)}
    times = []
    for _ in range(runs + 5):
        start = time.perf_counter()
        session.run(None, feed)
        times.append(1000 * (time.perf_counter() - start))
    return float(np.median(times[5:])), float(np.min(times[5:]))


if __name__ == "__main__":
    for size in sys.argv[2:] or ["288x512", "352x640", "384x640", "544x960"]:
        h, w = map(int, size.split("x"))
        print("%s %s median %.1f ms, minimum %.1f ms" % ((sys.argv[1].split("/")[-1], size) + measure(sys.argv[1], h, w)))
