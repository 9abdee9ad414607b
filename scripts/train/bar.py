"""A progress bar: redrawn on a terminal, a line now and then in a log."""

import sys
import time


class Bar:
    def __init__(self, out=sys.stderr):
        self.out, self.live, self.start, self.shown = out, out.isatty(), time.time(), 0.0

    def show(self, share, text, line=False):
        """`share` done, 0..1; `line`: worth a line of its own."""
        now = time.time()
        if not line and (not self.live or now - self.shown < 0.2):
            return
        self.shown = now
        left = (now - self.start) / share * (1 - share) if share > 0.005 else None
        left = "" if left is None else f" {int(left // 60)}:{int(left % 60):02d} left"
        filled = int(30 * min(share, 1))
        end = "\n" if line else ""
        head = "\r\033[K" if self.live else ""
        print(f"{head}[{'#' * filled}{'.' * (30 - filled)}] {100 * share:5.1f}% {text}{left}", end=end, file=self.out, flush=True)
