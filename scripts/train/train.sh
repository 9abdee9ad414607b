#!/usr/bin/env bash
# From pictures to a shipped network: scripts/train/train.sh DATA [MINUTES]
#   DATA     folder of COCO-style sources and splits.json
#   MINUTES  how long to train (default 90)
# Environment: INIT is an .npz of MobileNetV2 backbone weights under torchvision's
# names (without it, start_network.py makes one from an npm package); WORK (default
# .work beside this file) holds the virtual environment, decoded pictures and
# checkpoints; CAR_TEACHER and PLATE_TEACHER are optional ONNX files for teach.py.
# Run again after a kill: it resumes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
data=$(realpath "${1:?folder of pictures}") minutes=${2:-90}
init=${INIT:+$(realpath "$INIT")}
work=${WORK:-$here/.work}
mkdir -p "$work"
work=$(realpath "$work")
CAR_TEACHER=${CAR_TEACHER:+$(realpath "$CAR_TEACHER")} PLATE_TEACHER=${PLATE_TEACHER:+$(realpath "$PLATE_TEACHER")}
cd "$here"

if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet -r requirements.txt
fi
py="nice -n 10 $work/venv/bin/python"

if [ -z "$init" ]; then
  init=$work/backbone.npz
  [ -s "$init" ] || $py start_network.py --data "$data" --out "$init"
fi

if [ -n "${CAR_TEACHER:-}" ] && [ ! -s "$work/taught.json" ]; then
  $py teach.py --data "$data" --cars "$CAR_TEACHER" ${PLATE_TEACHER:+--plates "$PLATE_TEACHER"} --out "$work/taught.json"
fi

# jemalloc, where installed, halves the time lost to fresh pages.
jemalloc=$(ls /usr/lib/*/libjemalloc.so.2 2>/dev/null | head -1 || true)
env ${jemalloc:+LD_PRELOAD=$jemalloc MALLOC_CONF=dirty_decay_ms:-1,muzzy_decay_ms:-1} \
  $py train.py --data "$data" --init "$init" --out "$work/run" --cache "$work/cache" \
  --taught "$work/taught.json" --minutes "$minutes" --validate-every 1000

$py plot.py "$work/run/log.csv" "$work/run/training.png"
$py export.py --checkpoint "$work/run/best.pt" --out "$root/models" --data "$data"
$py report.py --data "$data" --models "$root/models" --full "$work/run/report.json"
