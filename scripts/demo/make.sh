#!/bin/sh
# Makes the demo clip and its ground truth again: demo.mp4 and demo.truth.json in this folder.
#
# Needs Node, npm, Chromium (CHROMIUM=/path, default /usr/bin/chromium) and ffmpeg. Renders 600 frames in
# software: half an hour to an hour on two cores. Every number in it is fixed by seeds.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
modules=$here/../../.tools/demo
mkdir -p "$modules"
cp "$here/modules.json" "$modules/package.json"
(cd "$modules" && npm install --silent --no-audit --no-fund)
node "$here/render.mjs" --modules "$modules" --out "$here" --ratio 1.25 "$@"
